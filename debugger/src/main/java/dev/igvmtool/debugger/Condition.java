package dev.igvmtool.debugger;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What a run can stop at. The first four hold before a turn, at the moment when it is about to be taken; the others in a
 * turn, and a run stops after it when it goes forwards, before it when it goes backwards.
 */
public sealed interface Condition {
    /** True if the condition holds before a turn, false if in one. */
    default boolean isBeforeTurn() {
        return this instanceof AtAddress
                || this instanceof AtStep
                || this instanceof EntersStage
                || this instanceof TurnOf;
    }

    /** A VP, this one or any, is about to run what stands at a virtual address. */
    record AtAddress(long gva, OptionalInt vp) implements Condition {}

    /** A VP, this one or any, is about to run a step of a program. */
    record AtStep(String program, String step, OptionalInt vp) implements Condition {}

    /** A VP is about to run a program after it ran another, or none. */
    record EntersStage(String program) implements Condition {}

    /** A VP is about to take a turn. */
    record TurnOf(int vp) implements Condition {}

    /** A step of the timeline, such as S38, has run. */
    record OnTimeline(String id) implements Condition {}

    /** A hypercall was made; empty for any. */
    record OnHypercall(OptionalInt code) implements Condition {}

    /** An MSR of a range was accessed, both ends inclusive. */
    record OnMsr(long first, long last, Access access) implements Condition {}

    /** A port of a range was accessed, both ends inclusive. */
    record OnPort(int first, int last, Access access) implements Condition {}

    /** A line that contains a text has appeared in a log. */
    record OnLogLine(String text) implements Condition {}

    /** Any event of the machine by the name of its record, such as {@code Fault}. */
    record OnEvent(String kind) implements Condition {}

    /** Bytes were accessed: guest physical ones, or those at a virtual address. */
    record OnMemory(Place place, Access access) implements Condition {}

    /** Kinds of access. */
    enum Access {
        READ,
        WRITE,
        ANY;

        boolean reads() {
            return this != WRITE;
        }

        boolean writes() {
            return this != READ;
        }
    }

    /**
     * Bytes that are watched.
     *
     * @param gpa first byte; empty if the address is virtual
     * @param gva first byte as programs see it; empty if the address is physical
     * @param length in bytes, at least 1
     * @param name what the user called it, if he did
     */
    record Place(OptionalLong gpa, OptionalLong gva, long length, Optional<String> name) {
        public Place {
            if (gpa.isPresent() == gva.isPresent() || length < 1) {
                throw new IllegalArgumentException("a place has one address and a length");
            }
        }

        /** Physical memory. */
        public static Place physical(long gpa, long length) {
            return new Place(OptionalLong.of(gpa), OptionalLong.empty(), length, Optional.empty());
        }

        /** Virtual memory of whoever accesses it. */
        public static Place virtual(long gva, long length) {
            return new Place(OptionalLong.empty(), OptionalLong.of(gva), length, Optional.empty());
        }

        /** The same place with a name. */
        public Place named(String newName) {
            return new Place(gpa, gva, length, Optional.of(newName));
        }

        boolean overlaps(long otherGpa, long otherGva, long otherLength) {
            long start = gpa.isPresent() ? gpa.getAsLong() : gva.orElseThrow();
            long other = gpa.isPresent() ? otherGpa : otherGva;
            return Long.compareUnsigned(other, start + length) < 0
                    && Long.compareUnsigned(start, other + otherLength) < 0;
        }
    }
}
