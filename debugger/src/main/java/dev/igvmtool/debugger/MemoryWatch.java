package dev.igvmtool.debugger;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.debugger.Condition.Place;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.machine.memory.PhysicalMemory;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One watched place. Reads are those of programs; writes are everybody's, those of the hypervisor too. A turn that
 * accesses the place several times is one hit.
 */
final class MemoryWatch {
    private static final int SHOWN_BYTES = 16;

    private final Condition.OnMemory condition;
    private final Place place;
    private final PhysicalMemory memory;
    private final OptionalLong watchedGpa;

    private int reads;
    private int writes;
    private OptionalLong gpa = OptionalLong.empty();
    private OptionalLong gva = OptionalLong.empty();
    private Optional<Bytes> old = Optional.empty();
    private Optional<MachineEvent> event = Optional.empty();

    MemoryWatch(Condition.OnMemory condition, History history) {
        this.condition = condition;
        this.place = condition.place();
        this.memory = history.machine().physicalMemory();
        this.watchedGpa = place.gpa().isPresent()
                ? place.gpa()
                : history.next()
                        .map(vp -> AddressSpace.of(vp).translate(place.gva().orElseThrow()))
                        .orElse(OptionalLong.empty());
    }

    /** Somebody is about to write physical memory. */
    void beforeWrite(long address, long length) {
        boolean watched = condition.access().writes()
                && watchedGpa.isPresent()
                && Place.physical(watchedGpa.getAsLong(), place.length()).overlaps(address, 0, length);
        if (watched) {
            note(address, OptionalLong.empty());
            writes++;
        }
    }

    /** A program has accessed memory. */
    void event(MachineEvent happened) {
        if (happened instanceof MachineEvent.MemoryWrite write
                && condition.access().writes()) {
            if (place.gva().isPresent() && place.overlaps(write.gpa(), write.gva(), write.length()) && writes == 0) {
                note(write.gpa(), OptionalLong.of(write.gva()));
                writes++;
            }
            if (gpa.isPresent() && gpa.getAsLong() == write.gpa() && gva.isEmpty()) {
                gva = OptionalLong.of(write.gva());
                event = Optional.of(happened);
            }
        } else if (happened instanceof MachineEvent.MemoryRead read
                && condition.access().reads()
                && place.overlaps(read.gpa(), read.gva(), read.length())) {
            if (gpa.isEmpty()) {
                note(read.gpa(), OptionalLong.of(read.gva()));
                event = Optional.of(happened);
            }
            reads++;
        }
    }

    private void note(long address, OptionalLong virtual) {
        if (gpa.isEmpty()) {
            gpa = OptionalLong.of(address);
            gva = virtual;
        }
        if (old.isEmpty()) {
            old = content();
        }
    }

    private Optional<Bytes> content() {
        if (watchedGpa.isEmpty() || place.length() > SHOWN_BYTES) {
            return Optional.empty();
        }
        long first = watchedGpa.getAsLong();
        int length = (int) place.length();
        return memory.isRam(first) && memory.isRam(first + length - 1)
                ? Optional.of(memory.readBytes(first, length))
                : Optional.empty();
    }

    /** What the turn did, if it touched the place. */
    Optional<Hit> endTurn(long turn, int vp) {
        if (gpa.isEmpty()) {
            return Optional.empty();
        }
        Hit hit = new Hit(condition, turn, vp, describe(), event, gpa, gva);
        clear();
        return Optional.of(hit);
    }

    void clear() {
        reads = 0;
        writes = 0;
        gpa = OptionalLong.empty();
        gva = OptionalLong.empty();
        old = Optional.empty();
        event = Optional.empty();
    }

    private String describe() {
        StringBuilder text = new StringBuilder();
        text.append(writes == 0 ? "read" : reads == 0 ? "write" : "read and write")
                .append(place.name().map(name -> " of " + name).orElse(""));
        text.append(String.format(" at GPA 0x%x", gpa.orElseThrow()));
        if (gva.isPresent()) {
            text.append(String.format(", GVA 0x%x", gva.getAsLong()));
        } else {
            text.append(", by the hypervisor");
        }
        Optional<Bytes> now = content();
        if (writes > 0 && old.isPresent() && now.isPresent()) {
            text.append(": ")
                    .append(old.get().toHex())
                    .append(" -> ")
                    .append(now.get().toHex());
        }
        return text.toString();
    }
}
