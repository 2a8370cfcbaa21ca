package dev.igvmtool.paravisor.saved;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.abi.protobuf.ProtobufField;
import dev.igvmtool.abi.protobuf.ProtobufWriter;
import dev.igvmtool.paravisor.exit.CrashRegisters;
import dev.igvmtool.paravisor.exit.GuestDevices;
import dev.igvmtool.paravisor.exit.Uart;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The unit of emulated devices, a protobuf message: registers of COM1, and the crash parameters of VTL0. */
public final class SavedDevices {
    /** Name of the unit. */
    public static final String NAME = "chipset";

    private static final int COM1 = 1;
    private static final int CRASH = 2;
    private static final int DIVISOR = 6;
    private static final int UART_FIELDS = 6;

    private SavedDevices() {}

    /** The state of the unit. */
    public static Bytes encode(GuestDevices devices) {
        Uart com1 = devices.com1();
        ProtobufWriter uart = new ProtobufWriter()
                .number(1, com1.interruptEnable())
                .number(2, com1.fifoControl())
                .number(3, com1.lineControl())
                .number(4, com1.modemControl())
                .number(5, com1.scratch())
                .number(DIVISOR, com1.divisor());
        return new ProtobufWriter()
                .message(COM1, uart)
                .packed(CRASH, devices.crash().parameters())
                .toBytes();
    }

    /**
     * Devices with a state.
     *
     * @throws dev.igvmtool.abi.binary.FormatException if it is another message
     */
    public static GuestDevices decode(Bytes blob) {
        int[] uart = new int[UART_FIELDS];
        List<Long> crash = new ArrayList<>();
        for (ProtobufField field : ProtobufField.fields(blob)) {
            switch (field.number()) {
                case COM1 -> ProtobufField.fields(field.message()).forEach(register -> read(register, uart));
                case CRASH -> crash.addAll(field.varints());
                default -> {} // a later version's field
            }
        }
        int parameters = CrashRegisters.NONE.parameters().size();
        crash.addAll(Collections.nCopies(Math.max(0, parameters - crash.size()), 0L));
        return new GuestDevices(
                new Uart(uart[0], uart[1], uart[2], uart[3], uart[4], uart[5]),
                new CrashRegisters(crash.subList(0, parameters)));
    }

    private static void read(ProtobufField register, int[] uart) {
        if (register.number() > UART_FIELDS) {
            return;
        }
        long value = register.varint();
        long most = register.number() == DIVISOR ? 0xffff : 0xff;
        if (value < 0 || value > most) {
            throw new FormatException(String.format(
                    "register %d of COM1 is 0x%x in the saved state, at most 0x%x", register.number(), value, most));
        }
        uart[register.number() - 1] = (int) value;
    }
}
