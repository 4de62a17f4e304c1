#!/usr/bin/python3
"""pandas_export.py SOCKET DATABASE xlsx|csv FILE: the run report as the usual tools of Python make it, pandas with
xlsxwriter. Prints the seconds and the peak of its memory in MB."""
import resource
import sys
import time
import warnings

import pandas
import pymysql

QUERY = """SELECT u.id, u.mac_address, COALESCE(d.location, '') AS location, u.start, u.stop, u.cycle_count, u.total_run
  FROM utils u LEFT JOIN devices d ON d.mac_address = u.mac_address AND d.mac_key IS NOT NULL
 ORDER BY u.start DESC, u.id DESC"""

socket, database, kind, path = sys.argv[1:]
warnings.simplefilter("ignore")  # it prefers SQLAlchemy, which is slower
begin = time.monotonic()
with pymysql.connect(unix_socket=socket, user="root", database=database) as connection:
    frame = pandas.read_sql(QUERY, connection)
for column in ("start", "stop"):
    frame[column] = pandas.to_datetime(frame[column], unit="s")
if kind == "csv":
    frame.to_csv(path, index=False)
else:
    with pandas.ExcelWriter(path, engine="xlsxwriter") as writer:
        frame.to_excel(writer, index=False, freeze_panes=(1, 0))
print(f"{time.monotonic() - begin:.2f} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} "
      f"{time.process_time():.2f}")
