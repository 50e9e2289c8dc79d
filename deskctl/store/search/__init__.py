"""Finding tickets by the words in them: text is cut once (`cut`), and both engines index the same words (`index`)."""
