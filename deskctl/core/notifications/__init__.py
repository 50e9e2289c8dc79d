"""When and through what agents are told what concerns them."""
