"""Takes TLS connections on one loopback port and passes the bytes to another, so that a plain broker speaks TLS."""
import socket
import ssl
import sys
import threading
import time

listen_port, target_port, certificate, key = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
handshake_seconds = float(sys.argv[5]) if len(sys.argv) > 5 else 0


def pass_on(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        pass
    for end in (source, target):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def serve(client):
    time.sleep(handshake_seconds)
    try:
        secure = context.wrap_socket(client, server_side=True)
    except (OSError, ssl.SSLError):
        return
    target = socket.create_connection(("127.0.0.1", target_port))
    threading.Thread(target=pass_on, args=(secure, target), daemon=True).start()
    pass_on(target, secure)


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
listener = socket.create_server(("127.0.0.1", listen_port))
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
