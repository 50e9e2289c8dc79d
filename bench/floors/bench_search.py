#!/usr/bin/env python3
"""The floor of a search: the bare FTS5 query for the newest 50 rows, their texts, and the words marked in them.
usage: bench_search.py DESK.db "MATCH expression" REGEX     prints the milliseconds of a run, the median of 40, as JSON"""
import json, re, sqlite3, sys, time
def search(connection, match, pattern):
    rows = [row[0] for row in connection.execute("SELECT rowid FROM search_index WHERE search_index MATCH ? ORDER BY rowid DESC LIMIT 50", (match,))]
    texts = connection.execute(f"SELECT id, text FROM messages WHERE id IN ({','.join('?' * len(rows))})", rows).fetchall()
    return [(number, pattern.sub(r"[\g<0>]", text)) for number, text in texts]
def main():
    path, match, words = sys.argv[1:]
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True); pattern = re.compile(words, re.I); times = []; found = search(connection, match, pattern)
    for _ in range(40):
        began = time.perf_counter(); search(connection, match, pattern); times.append((time.perf_counter() - began) * 1000)
    print(json.dumps({"ms": sorted(times)[20], "rows": len(found)}))
if __name__ == "__main__": main()
