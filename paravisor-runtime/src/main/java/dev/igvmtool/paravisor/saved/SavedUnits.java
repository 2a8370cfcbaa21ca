package dev.igvmtool.paravisor.saved;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.protobuf.ProtobufField;
import dev.igvmtool.abi.protobuf.ProtobufWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * {@code ServicingState}, a protobuf message: the initial state of the worker, and a blob by name for each unit that has a
 * state. It is made piece by piece, since pieces of a message stand one behind the other.
 *
 * @param init of the worker
 * @param units in stored order
 */
public record SavedUnits(Init init, List<Unit> units) {
    private static final int INIT = 1;
    private static final int UNITS = 2;
    private static final int FIRMWARE = 1;
    private static final int STOP_TIME = 2;
    private static final int NAME = 1;
    private static final int BLOB = 2;

    /**
     * {@code ServicingInitState}, as far as there is something to say.
     *
     * @param firmware 1 UEFI, 2 PCAT, 3 none
     * @param stopTime reference time at which the units stopped, 100 ns units
     */
    public record Init(int firmware, long stopTime) {
        /** The first piece. */
        public Bytes piece() {
            return new ProtobufWriter()
                    .element(
                            INIT,
                            new ProtobufWriter().number(FIRMWARE, firmware).number(STOP_TIME, stopTime))
                    .toBytes();
        }
    }

    /** A unit with its state. */
    public record Unit(String name, Bytes blob) {
        /** One more piece. */
        public Bytes piece() {
            return new ProtobufWriter()
                    .element(
                            UNITS,
                            new ProtobufWriter().bytes(NAME, Bytes.utf8(name)).bytes(BLOB, blob))
                    .toBytes();
        }
    }

    public SavedUnits {
        units = List.copyOf(units);
    }

    /**
     * Reads the pieces.
     *
     * @throws dev.igvmtool.abi.binary.FormatException if it is another message
     */
    public static SavedUnits decode(Bytes message) {
        Init init = new Init(0, 0);
        List<Unit> units = new ArrayList<>();
        for (ProtobufField field : ProtobufField.fields(message)) {
            switch (field.number()) {
                case INIT -> init = init(field.message());
                case UNITS -> units.add(unit(field.message()));
                default -> {} // a later version's field
            }
        }
        return new SavedUnits(init, units);
    }

    private static Init init(Bytes message) {
        int firmware = 0;
        long stopTime = 0;
        for (ProtobufField field : ProtobufField.fields(message)) {
            switch (field.number()) {
                case FIRMWARE -> firmware = (int) field.varint();
                case STOP_TIME -> stopTime = field.varint();
                default -> {} // a later version's field
            }
        }
        return new Init(firmware, stopTime);
    }

    private static Unit unit(Bytes message) {
        String name = "";
        Bytes blob = Bytes.EMPTY;
        for (ProtobufField field : ProtobufField.fields(message)) {
            switch (field.number()) {
                case NAME -> name = field.message().toUtf8();
                case BLOB -> blob = field.message();
                default -> {} // a later version's field
            }
        }
        return new Unit(name, blob);
    }

    /** State of a unit; empty if it has none. */
    public Optional<Bytes> find(String name) {
        return units.stream()
                .filter(unit -> unit.name.equals(name))
                .map(Unit::blob)
                .findFirst();
    }
}
