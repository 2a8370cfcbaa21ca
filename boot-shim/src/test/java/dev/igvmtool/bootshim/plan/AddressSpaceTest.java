package dev.igvmtool.bootshim.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.shim.MemoryVtlType;
import dev.igvmtool.bootshim.plan.AddressSpace.Occupied;
import dev.igvmtool.bootshim.plan.AddressSpace.Piece;
import dev.igvmtool.bootshim.plan.AddressSpace.Policy;
import dev.igvmtool.bootshim.plan.AddressSpace.Typed;
import dev.igvmtool.bootshim.plan.AddressSpace.Usage;
import dev.igvmtool.devicetree.binding.MemoryEntry;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class AddressSpaceTest {
    private static final OptionalLong ANY = OptionalLong.empty();

    private static final AddressSpace SPACE = AddressSpace.of(
            List.of(memory(0x10000, 0x20000, 0), memory(0x20000, 0x40000, 1)),
            List.of(new Occupied(new GpaRange(0x12000, 0x13000), Usage.CONFIG)));

    private static MemoryEntry memory(long start, long end, long node) {
        return new MemoryEntry(new GpaRange(start, end), node, MemoryEntry.VTL2_PROTECTABLE);
    }

    private static Optional<GpaRange> allocate(OptionalLong node, long size, Policy policy, long alignment) {
        return SPACE.allocate(node, size, Usage.POOL, policy, alignment).map(AddressSpace.Allocation::range);
    }

    @Test
    void takesTheLowEndOfTheFirstPieceThatFits() {
        assertEquals(Optional.of(new GpaRange(0x10000, 0x11000)), allocate(ANY, 1, Policy.LOW, 0x1000));
        assertEquals(Optional.of(new GpaRange(0x13000, 0x16000)), allocate(ANY, 0x3000, Policy.LOW, 0x1000));
        assertEquals(
                Optional.of(new GpaRange(0x20000, 0x21000)), allocate(OptionalLong.of(1), 0x1000, Policy.LOW, 0x1000));
    }

    @Test
    void takesTheHighEndOfTheLastPieceThatFits() {
        assertEquals(Optional.of(new GpaRange(0x3f000, 0x40000)), allocate(ANY, 0x1000, Policy.HIGH, 0x1000));
        assertEquals(
                Optional.of(new GpaRange(0x1f000, 0x20000)), allocate(OptionalLong.of(0), 0x1000, Policy.HIGH, 0x1000));
    }

    @Test
    void alignmentMovesBothEndsInwards() {
        assertEquals(Optional.of(new GpaRange(0x18000, 0x1a000)), allocate(ANY, 0x2000, Policy.LOW, 0x8000));
        assertEquals(
                Optional.of(new GpaRange(0x1e000, 0x20000)), allocate(OptionalLong.of(0), 0x2000, Policy.HIGH, 0x8000));
    }

    @Test
    void refusesNothingTooMuchAndNodesWithoutMemory() {
        assertEquals(Optional.empty(), allocate(ANY, 0, Policy.LOW, 0x1000));
        assertEquals(Optional.empty(), allocate(ANY, 0x21000, Policy.LOW, 0x1000));
        assertEquals(Optional.empty(), allocate(OptionalLong.of(2), 0x1000, Policy.LOW, 0x1000));
    }

    @Test
    void whatIsLeftStaysFree() {
        AddressSpace rest = SPACE.allocate(OptionalLong.of(1), 0x1000, Usage.POOL, Policy.HIGH, 0x1000)
                .orElseThrow()
                .rest();
        assertEquals(
                List.of(
                        new Piece(new GpaRange(0x20000, 0x3f000), 1, Usage.FREE),
                        new Piece(new GpaRange(0x3f000, 0x40000), 1, Usage.POOL)),
                rest.pieces().subList(3, 5));
        assertTrue(rest.has(Usage.POOL));
    }

    @Test
    void typesForgetNodesAndReservedRangesDoNot() {
        assertEquals(
                List.of(
                        new Typed(new GpaRange(0x10000, 0x12000), MemoryVtlType.VTL2_RAM),
                        new Typed(new GpaRange(0x12000, 0x13000), MemoryVtlType.VTL2_CONFIG),
                        new Typed(new GpaRange(0x13000, 0x40000), MemoryVtlType.VTL2_RAM)),
                SPACE.typed());
        assertEquals(List.of(new GpaRange(0x12000, 0x13000)), SPACE.reserved());
    }

    @Test
    void whatIsInUseMustBeMemory() {
        List<MemoryEntry> memory = List.of(memory(0x10000, 0x20000, 0));
        List<Occupied> outside = List.of(new Occupied(new GpaRange(0x1f000, 0x21000), Usage.USED));
        assertThrows(ShimFatalException.class, () -> AddressSpace.of(memory, outside));
    }

    @Test
    void theListOfReservedRangesIsBounded() {
        AddressSpace space = AddressSpace.of(List.of(memory(0, 0x1000000, 0)), List.of());
        for (int i = 0; i <= AddressSpace.MAX_RESERVED; i++) {
            assertEquals(i, space.reserved().size());
            space = space.allocate(ANY, 0x1000, Usage.SIDECAR_NODE, Policy.LOW, 0x1000)
                    .orElseThrow()
                    .rest();
        }
        assertThrows(ShimFatalException.class, space::reserved);
    }
}
