package dev.igvmtool.machine.bus;

import dev.igvmtool.abi.binary.Bytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Devices of the host by physical address. Addresses without a device read as ones and ignore writes. */
public final class MmioBus {
    private final List<MmioDevice> devices = new ArrayList<>();

    /** Adds a device; its addresses must be free. */
    public void add(MmioDevice device) {
        for (MmioDevice other : devices) {
            if (device.range().start() < other.range().end()
                    && other.range().start() < device.range().end()) {
                throw new IllegalArgumentException(device.range() + " is taken by another device");
            }
        }
        devices.add(device);
    }

    /** Reads {@code length} bytes, which lie in one page. */
    public Bytes read(long gpa, int length) {
        return at(gpa, length)
                .map(device -> device.read(gpa - device.range().start(), length))
                .orElseGet(() -> {
                    byte[] ones = new byte[length];
                    Arrays.fill(ones, (byte) 0xff);
                    return Bytes.wrap(ones);
                });
    }

    /** Writes bytes, which lie in one page. */
    public void write(long gpa, Bytes content) {
        at(gpa, content.size())
                .ifPresent(device -> device.write(gpa - device.range().start(), content));
    }

    /** State of all devices, in the order in which they were added. */
    public List<Record> save() {
        return devices.stream().map(MmioDevice::save).toList();
    }

    /** Goes back to a state that {@link #save} returned. */
    public void restore(List<Record> states) {
        for (int i = 0; i < states.size(); i++) {
            devices.get(i).restore(states.get(i));
        }
    }

    private Optional<MmioDevice> at(long gpa, int length) {
        return devices.stream()
                .filter(device -> gpa >= device.range().start()
                        && gpa + length <= device.range().end())
                .findFirst();
    }
}
