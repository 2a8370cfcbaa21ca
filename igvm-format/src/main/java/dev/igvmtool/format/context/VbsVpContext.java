package dev.igvmtool.format.context;

import dev.igvmtool.abi.binary.ByteReader;
import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * {@code VbsVpContextHeader} and its {@code VbsVpContextRegister}s: the registers of one processor in one VTL, in file
 * order. Registers that are not listed start in the architectural reset state.
 *
 * @param vtl the VTL of all of them, 0 to 2
 * @param registers at least one
 */
public record VbsVpContext(int vtl, List<VbsRegister> registers) {
    /** Bytes of the count before the registers. */
    public static final int HEADER_SIZE = 4;

    /** Bytes of one register record. */
    public static final int RECORD_SIZE = 32;

    private static final int PADDING = 11;

    public VbsVpContext {
        registers = List.copyOf(registers);
        if (registers.isEmpty()) {
            throw new IllegalArgumentException("a VBS context has at least one register");
        }
    }

    /**
     * Reads the content of a {@code VpContext}.
     *
     * @throws FormatException if there is no register, data ends early, VTLs differ or are above 2
     */
    public static VbsVpContext read(Bytes content) {
        ByteReader reader = new ByteReader(content);
        long count = reader.u32();
        if (count == 0) {
            throw new FormatException("register list is empty, expected at least one register");
        }
        if (count > reader.remaining() / RECORD_SIZE) {
            throw new FormatException(String.format(
                    "register list of %d registers needs 0x%x bytes, has 0x%x",
                    count, count * RECORD_SIZE, reader.remaining()));
        }
        List<VbsRegister> registers = new ArrayList<>((int) count);
        int vtl = -1;
        for (int i = 0; i < count; i++) {
            int registerVtl = reader.u8();
            if (registerVtl > 2 || i > 0 && registerVtl != vtl) {
                throw new FormatException(String.format(
                        "register %d is of VTL %d, expected %s", i, registerVtl, i == 0 ? "0 to 2" : "VTL " + vtl));
            }
            vtl = registerVtl;
            int name = (int) reader.u32();
            if (!reader.bytes(PADDING).isZero()) {
                throw new FormatException("register " + i + " has a reserved field that is not zero");
            }
            registers.add(new VbsRegister(name, reader.bytes(VbsRegister.VALUE_SIZE)));
        }
        return new VbsVpContext(vtl, registers);
    }

    /** The content of a {@code VpContext}. */
    public Bytes toBytes() {
        ByteWriter writer = new ByteWriter().u32(registers.size());
        for (VbsRegister register : registers) {
            writer.u8(vtl)
                    .u32(Integer.toUnsignedLong(register.name()))
                    .zeros(PADDING)
                    .bytes(register.value());
        }
        return writer.toBytes();
    }

    /** The register of that number, the last one if it is listed twice. */
    public Optional<VbsRegister> register(int name) {
        return registers.stream().filter(register -> register.name() == name).reduce((first, second) -> second);
    }
}
