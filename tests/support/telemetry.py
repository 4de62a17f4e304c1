"""Payloads as devices send them, and ways to publish them."""
import copy
import json
import subprocess

import paho.mqtt.client as mqtt

UTILS, POWER, CLIMATE = "silaware/utils", "silaware/power", "silaware/temphumid"

# A power message in the specification's form: five samples in a message.
SPEC_POWER = {
    "uid": "E0:8C:FE:31:D7:4C",
    "rtc": "17/11/2025 14:07:00",
    "relay_state": "ON",
    "meter_data": {
        "voltage": [220.1, 220.3, 220.2, 220.4, 220.2],
        "current": [1.25, 1.26, 1.24, 1.27, 1.25],
        "power": [270.1, 272.4, 268.9, 274.6, 270.3],
        "frequency": [50.0, 50.0, 49.9, 50.0, 50.1],
        "pf": [0.98, 0.98, 0.97, 0.98, 0.98],
        "energy": [1234.5601, 1234.5605, 1234.5609, 1234.5613, 1234.5617],
        "co2": [1074.06, 1074.06, 1074.07, 1074.07, 1074.07],
    },
    "energy_history": [12.1, 11.8, 12.4, 13.0, 12.7, 9.9, 6.2],
}


def spec_power(**changes):
    message = copy.deepcopy(SPEC_POWER)
    message.update(changes)
    return message


def power(uid, energy, rtc=None, **meter_data):
    """A power message of one sample."""
    message = {"uid": uid, "relay_state": "ON",
               "meter_data": {"voltage": [220], "power": [1000], "energy": [energy], **meter_data}}
    if rtc:
        message["rtc"] = rtc
    return message


def encode(payload):
    if isinstance(payload, (bytes, bytearray)):
        return bytes(payload)
    return (payload if isinstance(payload, str) else json.dumps(payload)).encode()


def mosquitto_pub(port, topic, payload, *options):
    """One message by Debian's mosquitto_pub, QoS 1: acknowledged by the broker when it returns."""
    subprocess.run(["/usr/bin/mosquitto_pub", "-h", "127.0.0.1", "-p", str(port), "-q", "1", "-t", topic, "-s", *options],
                   input=encode(payload), check=True, timeout=20)


class Device:
    """A publisher with QoS 1 that knows what the broker has acknowledged."""

    def __init__(self, port, client_id="", protocol=mqtt.MQTTv311):
        self.client = mqtt.Client(client_id, protocol=protocol, clean_session=None if protocol == mqtt.MQTTv5 else True)
        self.client.max_inflight_messages_set(1000)
        self.client.max_queued_messages_set(0)
        self.client.connect("127.0.0.1", port, 30)
        self.client.loop_start()
        self.last = None

    def send(self, topic, payload, retain=False):
        self.last = self.client.publish(topic, encode(payload), qos=1, retain=retain)
        return self.last

    def wait(self, seconds=30):
        """Until the broker has acknowledged the last message."""
        if self.last:
            self.last.wait_for_publish(seconds)
            assert self.last.is_published()
        return self

    def close(self):
        self.client.loop_stop()
        self.client.disconnect()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
