package dev.igvmtool.machine.partition;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Devices that the host has given to the partition, and where their message-signalled interrupts go. */
public final class DeviceInterrupts {
    private final Partition partition;
    private Set<Long> devices = Set.of();
    private Map<Entry, Target> targets = Map.of();

    /** An interrupt of a device, as the message that its driver has written into it. */
    public record Entry(long device, int address, int data) implements Comparable<Entry> {
        @Override
        public int compareTo(Entry other) {
            int byDevice = Long.compareUnsigned(device, other.device);
            int byAddress = Integer.compareUnsigned(address, other.address);
            return byDevice != 0 ? byDevice : byAddress != 0 ? byAddress : Integer.compareUnsigned(data, other.data);
        }
    }

    /** Where an interrupt goes. */
    public record Target(int vp, int vtl, int vector) {}

    /** Devices and targets at one moment. */
    public record State(Set<Long> devices, Map<Entry, Target> targets) {}

    DeviceInterrupts(Partition partition) {
        this.partition = partition;
    }

    /** Gives a device to the partition. */
    public void add(long device) {
        Set<Long> changed = new TreeSet<>(devices);
        changed.add(device);
        devices = changed;
    }

    /** True if the partition has the device. */
    public boolean isKnown(long device) {
        return devices.contains(device);
    }

    /** Sends an interrupt to another place. */
    public void retarget(Entry entry, Target target) {
        Map<Entry, Target> changed = new TreeMap<>(targets);
        changed.put(entry, target);
        targets = changed;
    }

    /** Where an interrupt goes; empty if the guest has not said it. */
    public Optional<Target> target(Entry entry) {
        return Optional.ofNullable(targets.get(entry));
    }

    /** The device interrupts; nothing happens if the guest has not said where to. */
    public void raise(Entry entry) {
        target(entry).ifPresent(to -> partition.vp(to.vp).requestInterrupt(to.vtl, to.vector));
    }

    /** The present state. */
    public State save() {
        return new State(devices, targets);
    }

    /** Goes back to a state that {@link #save} returned. */
    public void restore(State state) {
        devices = state.devices;
        targets = state.targets;
    }
}
