package dev.igvmtool.machine.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.x64.Vector;
import dev.igvmtool.machine.guest.GuestException;
import dev.igvmtool.machine.paging.PagingMode;
import dev.igvmtool.machine.paging.Translation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Virtual pages 0x10 and 0x11 lie at physical pages 0x30 and 0x20, page 0x12 is read-only, page 0x13 is absent. */
class VirtualMemoryTest {
    private static final long BASE = 0x1_0000;

    private final PhysicalMemory physical = new PhysicalMemory(List.of(new GpaRange(0, 0x10_0000)));
    private final PartitionMemory partition = new PartitionMemory(physical, 3);
    private boolean user;
    private int vtl = 2;
    private final VirtualMemory memory = new VirtualMemory(
            partition,
            new VirtualMemory.Context() {
                @Override
                public Translation translation() {
                    return new PagingMode(0x8001_0001L, 0x1000, 0x20, 0xd00, user, false, 46);
                }

                @Override
                public int vtl() {
                    return vtl;
                }
            },
            Optional.empty());

    VirtualMemoryTest() {
        physical.writeU64(0x1000, 0x2007);
        physical.writeU64(0x2000, 0x3007);
        physical.writeU64(0x3000, 0x4007);
        physical.writeU64(0x4000 + 0x10 * 8, 0x3_0007);
        physical.writeU64(0x4000 + 0x11 * 8, 0x2_0007);
        physical.writeU64(0x4000 + 0x12 * 8, 0x4_0005);
        physical.writeU64(0x4000 + 0x14 * 8, 0x2000_0007L);
    }

    @Test
    void accessesAcrossPagesFollowTheTables() {
        byte[] content = new byte[0x1800];
        for (int i = 0; i < content.length; i++) {
            content[i] = (byte) (i * 7);
        }
        memory.write(BASE + 0x400, content, 0, content.length);

        assertEquals(Bytes.wrap(content), memory.readBytes(BASE + 0x400, content.length));
        assertEquals(Bytes.wrap(content).slice(0, 0xc00), physical.readBytes(0x3_0400, 0xc00));
        assertEquals(Bytes.wrap(content).from(0xc00), physical.readBytes(0x2_0000, 0xc00));
    }

    @Test
    void scalarAcrossPagesIsPutTogether() {
        memory.writeU64(BASE + 0xffd, 0x1122_3344_5566_7788L);

        assertEquals(0x1122_3344_5566_7788L, memory.readU64(BASE + 0xffd));
        assertEquals(0x66_7788, physical.readU32(0x3_0ffd - 1) >>> 8);
        assertEquals(0x1122_3344_55L, physical.readU64(0x2_0000) & 0xff_ffff_ffffL);
    }

    @Test
    void writeThatFaultsLaterHasNoEffectEarlier() {
        byte[] content = new byte[0x3000];
        content[0] = 1;
        GuestException fault = assertThrows(GuestException.class, () -> memory.write(BASE, content, 0, content.length));

        assertEquals(Vector.PAGE_FAULT, fault.vector());
        assertEquals(BASE + 0x2000, fault.address());
        assertEquals(3, fault.errorCode(), "write of a present page");
        assertEquals(0, memory.readU8(BASE));
    }

    @Test
    void addressThatIsNotCanonicalIsAGeneralProtectionFault() {
        GuestException fault = assertThrows(GuestException.class, () -> memory.readU8(0x0100_0000_0000_0000L));

        assertEquals(Vector.GENERAL_PROTECTION, fault.vector());
    }

    @Test
    void pageOutsideRamIsAnUnmappedGpa() {
        GpaFault fault = assertThrows(GpaFault.class, () -> memory.readU64(BASE + 0x4010));

        assertEquals(GpaFault.Reason.UNMAPPED, fault.reason());
        assertEquals(0x2000_0010L, fault.gpa());
        assertEquals(BASE + 0x4010, memory.faultAddress());
    }

    @Test
    void pageProtectedByAHigherVtlIsDenied() {
        partition.configure(2, true, 0xf);
        partition.protect(2, 0x20, 0x21, 1);

        memory.writeU8(BASE + 0x1000, 5);
        vtl = 0;
        assertEquals(5, memory.readU8(BASE + 0x1000));
        GpaFault fault = assertThrows(GpaFault.class, () -> memory.writeU8(BASE + 0x1000, 6));
        assertEquals(GpaFault.Reason.DENIED, fault.reason());
        assertEquals(0x2_0000, fault.gpa());
    }

    @Test
    void overlayIsReadButNotWritten() {
        byte[] overlay = new byte[4096];
        overlay[0] = 0x77;
        partition.setOverlay(2, 0x30, Bytes.wrap(overlay));

        assertEquals(0x77, memory.readU16(BASE));
        assertEquals(0x77, memory.readBytes(BASE, 4).u8(0));
        assertThrows(GuestException.class, () -> memory.writeU8(BASE, 1));
        vtl = 0;
        assertEquals(0, memory.readU8(BASE), "other VTLs do not see it");
        vtl = 2;
        partition.removeOverlay(2, 0x30);
        assertEquals(0, memory.readU8(BASE));
    }

    @Test
    void changedTablesTakeEffectAtOnce() {
        memory.writeU8(BASE, 1);
        assertEquals(1, memory.readU8(BASE));
        physical.writeU64(0x4000 + 0x10 * 8, 0x5_0007);
        assertEquals(0, memory.readU8(BASE), "mapped elsewhere");
        MemorySnapshot elsewhere = physical.snapshot();
        physical.writeU64(0x4000 + 0x10 * 8, 0x3_0005);
        assertEquals(1, memory.readU8(BASE));
        assertThrows(GuestException.class, () -> memory.writeU8(BASE, 2));
        physical.restore(elsewhere);
        memory.writeU8(BASE, 2);
        assertEquals(2, physical.readU8(0x5_0000));
        user = true;
        physical.writeU64(0x4000 + 0x10 * 8, 0x3_0003);
        assertThrows(GuestException.class, () -> memory.readU8(BASE));
        user = false;
        assertEquals(1, memory.readU8(BASE));
    }

    @Test
    void accessedBitThatIsClearedIsSetAgain() {
        memory.readU8(BASE);
        physical.writeU64(0x4000 + 0x10 * 8, 0x3_0007);
        memory.readU8(BASE);
        assertEquals(0x3_0027, physical.readU64(0x4000 + 0x10 * 8));
        memory.writeU8(BASE, 1);
        assertEquals(0x3_0067, physical.readU64(0x4000 + 0x10 * 8));
    }

    @Test
    void observerSeesPhysicallyContiguousPieces() {
        List<String> seen = new ArrayList<>();
        memory.observe((kind, gva, gpa, length) -> seen.add(String.format("%s 0x%x 0x%x %d", kind, gva, gpa, length)));
        memory.zero(BASE + 0xff0, 0x20);
        memory.readU32(BASE + 4);

        assertEquals(List.of("WRITE 0x10ff0 0x30ff0 16", "WRITE 0x11000 0x20000 16", "READ 0x10004 0x30004 4"), seen);
    }

    @Test
    void stateOfProtectionsAndOverlaysComesBack() {
        PartitionMemory.Snapshot before = partition.snapshot();
        partition.configure(2, true, 0);
        partition.setOverlay(2, 0x30, Bytes.zeros(4096));
        vtl = 0;
        assertThrows(GpaFault.class, () -> memory.readU8(BASE));
        partition.restore(before);
        memory.writeU8(BASE, 1);
        assertEquals(1, memory.readU8(BASE));
    }
}
