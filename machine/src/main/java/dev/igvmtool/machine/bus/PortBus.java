package dev.igvmtool.machine.bus;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The I/O ports of a partition, as its host answers them. Ports without a device read as ones and ignore writes. */
public final class PortBus {
    private final List<PortDevice> devices = new ArrayList<>();

    /** Adds a device; its ports must be free. */
    public void add(PortDevice device) {
        for (PortDevice other : devices) {
            if (device.firstPort() < other.firstPort() + other.portCount()
                    && other.firstPort() < device.firstPort() + device.portCount()) {
                throw new IllegalArgumentException(
                        String.format("ports from 0x%x are taken by another device", device.firstPort()));
            }
        }
        devices.add(device);
    }

    /** The serial interface whose first port is {@code firstPort}. */
    public Optional<Serial> serial(int firstPort) {
        return at(firstPort) instanceof Serial serial && serial.firstPort() == firstPort
                ? Optional.of(serial)
                : Optional.empty();
    }

    /** IN of 1, 2 or 4 bytes. */
    public int in(int port, int sizeBytes) {
        PortDevice device = at(port);
        int mask = sizeBytes == 4 ? -1 : (1 << 8 * sizeBytes) - 1;
        return device == null ? mask : device.in(port, sizeBytes) & mask;
    }

    /** OUT of 1, 2 or 4 bytes. */
    public void out(int port, int sizeBytes, int value) {
        PortDevice device = at(port);
        if (device != null) {
            device.out(port, sizeBytes, value);
        }
    }

    /** State of all devices, in the order in which they were added. */
    public List<Record> save() {
        return devices.stream().map(PortDevice::save).toList();
    }

    /** Goes back to a state that {@link #save} returned. */
    public void restore(List<Record> states) {
        for (int i = 0; i < states.size(); i++) {
            devices.get(i).restore(states.get(i));
        }
    }

    private @Nullable PortDevice at(int port) {
        for (PortDevice device : devices) {
            if (port >= device.firstPort() && port < device.firstPort() + device.portCount()) {
                return device;
            }
        }
        return null;
    }
}
