package dev.igvmtool.cli.coverage;

import dev.igvmtool.abi.binary.ByteWriter;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.x64.Gpr;
import dev.igvmtool.bootshim.BootShim;
import dev.igvmtool.bootshim.ShimPlacement;
import dev.igvmtool.machine.guest.Slot;
import java.util.List;
import java.util.Map;

/** Images whose boot shim has relocations: its constants name a dynamic section, and that a table. */
final class Relocations {
    private static final String ROW = "S04 relocation";

    /** A page of the shim on which nothing else stands. */
    private static final long DYNAMIC = 0x1_8000;

    private static final long TABLE = DYNAMIC + 0x100;
    private static final long WORD = DYNAMIC + 0x200;
    private static final long ADDEND = 0x1234;
    private static final long RELATIVE = 8;
    private static final long RELA = 7;
    private static final long REL = 17;

    private Relocations() {}

    static List<Scenario> scenarios() {
        return List.of(
                image("relocated", RELA, 24, RELATIVE)
                        .expect(Expectation.comes(
                                "S04",
                                "a word with base and addend",
                                guest -> guest.u64(WORD) == guest.shimBase() + ADDEND)),
                image("relocation-of-another-type", RELA, 24, 6).expect(traps(1)),
                image("relocations-of-16-bytes", RELA, 16, RELATIVE).expect(traps(2)),
                image("short-relocation-of-another-type", REL, 16, 6).expect(traps(3)),
                image("short-relocations-of-24-bytes", REL, 24, RELATIVE).expect(traps(4)));
    }

    /** The processor stops with a code in RDI; nothing is logged, and nobody is told. */
    private static Expectation traps(long code) {
        return Expectation.comes(
                        "S04",
                        "a processor that has stopped with code " + code,
                        guest -> guest.stopped()
                                && guest.register(Gpr.RDI) == code
                                && guest.log().isEmpty()
                                && guest.crash(0) == 0)
                .of(ROW);
    }

    private static Scenario image(String name, long tag, long entryBytes, long type) {
        return Scenario.ofAll(name)
                .patch(guest -> Map.of(
                        constants(guest), placement(),
                        guest.at(DYNAMIC), section(tag, entryBytes),
                        guest.at(TABLE), words(WORD, type, ADDEND)));
    }

    /** Where the constants of the shim stand: behind its slots. */
    private static long constants(Guest guest) {
        return guest.at(Guest.ENTRY) + (long) new BootShim().steps().size() * Slot.SIZE;
    }

    private static Bytes placement() {
        ShimPlacement usual = ShimPlacement.REFERENCE;
        return ShimPlacement.CODEC.toBytes(
                new ShimPlacement(usual.entryOffset(), usual.early(), usual.late(), DYNAMIC));
    }

    /** A dynamic section with place, entry size and number of entries of a table, and its end. */
    private static Bytes section(long tag, long entryBytes) {
        long count = tag == RELA ? 0x6fff_fff9L : 0x6fff_fffaL;
        return words(tag, TABLE, tag + 2, entryBytes, count, 1, 0, 0);
    }

    private static Bytes words(long... words) {
        ByteWriter writer = new ByteWriter();
        for (long word : words) {
            writer.u64(word);
        }
        return writer.toBytes();
    }
}
