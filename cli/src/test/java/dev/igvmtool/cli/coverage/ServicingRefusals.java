package dev.igvmtool.cli.coverage;

import static dev.igvmtool.machine.partition.Isolation.NONE;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.shim.MemoryVtlType;
import dev.igvmtool.abi.shim.PersistedStateHeader;
import dev.igvmtool.abi.shim.SavedState;
import dev.igvmtool.devicetree.binding.MemoryEntry;
import dev.igvmtool.host.config.PersistedState;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** States that an earlier instance left, and the shim does not take: S16b. */
final class ServicingRefusals {
    private static final int PAGE = Guest.PAGE;

    private ServicingRefusals() {}

    static List<Scenario> scenarios() {
        return List.of(
                header(
                        "payload-outside",
                        "S16b outside",
                        "is not inside",
                        header ->
                                new PersistedStateHeader(header.magic(), 0x1000, PAGE, header.protobufPayloadLength())),
                header(
                        "payload-too-long",
                        "S16b length",
                        "is longer than its region",
                        header -> new PersistedStateHeader(header.magic(), header.protobufBaseGpa(), 1, 2)),
                Scenario.of("payload-garbage", NONE)
                        .config((builder, guest) -> builder.persistedState(
                                new PersistedState(headerBytes(guest, 3), Bytes.fromHex("ffffff"))))
                        .refuses("S16b decode", "S16b", "persisted state cannot be decoded"),
                restart(
                                "memory-of-another-host",
                                state -> new SavedState(
                                        state.memory().subList(0, state.memory().size() - 1),
                                        state.mmio(),
                                        List.of(),
                                        List.of()))
                        .refuses("S16b memory", "S16b", "memory of VTL2 in the persisted state is"),
                restart("state-without-header", state -> retyped(state, 0, MemoryVtlType.VTL2_RAM))
                        .refuses("S16b entry", "S16b", "persisted state has no range of type"),
                restart("state-without-payload", state -> retyped(state, 1, MemoryVtlType.VTL2_RAM))
                        .refuses("S16b entry", "S16b", "persisted state has no range of type"),
                restart(
                                "header-apart",
                                state -> retyped(
                                        retyped(state, 1, MemoryVtlType.VTL2_RAM),
                                        2,
                                        MemoryVtlType.VTL2_PERSISTED_STATE_PROTOBUF))
                        .refuses("S16b apart", "S16b", "do not touch"));
    }

    /** A boot after an earlier instance that left the state of a first boot, changed. */
    static Scenario restart(String name, UnaryOperator<SavedState> change) {
        return Scenario.of(name, NONE)
                .config((builder, guest) ->
                        builder.persistedState(PersistedState.of(change.apply(state(guest)), payloadRegion(guest))));
    }

    private static Scenario header(String name, String row, String says, UnaryOperator<PersistedStateHeader> change) {
        return Scenario.of(name, NONE)
                .config((builder, guest) -> {
                    PersistedState good = PersistedState.of(state(guest), payloadRegion(guest));
                    PersistedStateHeader header = PersistedStateHeader.CODEC.read(good.header());
                    builder.persistedState(new PersistedState(
                            PersistedStateHeader.CODEC.toBytes(change.apply(header)), good.payload()));
                })
                .refuses(row, "S16b", says);
    }

    private static Bytes headerBytes(Guest guest, int length) {
        GpaRange region = payloadRegion(guest);
        return PersistedStateHeader.CODEC.toBytes(
                new PersistedStateHeader(PersistedStateHeader.MAGIC, region.start(), region.size(), length));
    }

    private static GpaRange payloadRegion(Guest guest) {
        long region = guest.at(guest.params().persistedStateRegionOffset());
        return new GpaRange(region + PAGE, region + PersistedStateHeader.USED_BYTES);
    }

    /** Header, payload, and the rest of VTL2's memory; the first processor but one has interrupts that are mapped. */
    private static SavedState state(Guest guest) {
        GpaRange memory = SharedRegions.memory(guest);
        GpaRange payload = payloadRegion(guest);
        return new SavedState(
                List.of(
                        piece(new GpaRange(memory.start(), payload.start()), MemoryVtlType.VTL2_PERSISTED_STATE_HEADER),
                        piece(payload, MemoryVtlType.VTL2_PERSISTED_STATE_PROTOBUF),
                        piece(new GpaRange(payload.end(), memory.end() - 0x10_0000), MemoryVtlType.VTL2_RAM),
                        piece(new GpaRange(memory.end() - 0x10_0000, memory.end()), MemoryVtlType.VTL2_GPA_POOL)),
                List.of(new SavedState.Mmio(GpaRange.ofSize(0x10_0000_0000L, 0x4000_0000), MemoryVtlType.VTL2_MMIO)),
                List.of(1L),
                List.of());
    }

    private static SavedState.Memory piece(GpaRange range, MemoryVtlType type) {
        return new SavedState.Memory(range, 0, type, MemoryEntry.VTL2_PROTECTABLE);
    }

    private static SavedState retyped(SavedState state, int index, MemoryVtlType type) {
        List<SavedState.Memory> memory = new ArrayList<>(state.memory());
        memory.set(index, piece(memory.get(index).range(), type));
        return new SavedState(memory, state.mmio(), state.cpusWithMappedInterrupts(), state.cpusWithOutstandingIo());
    }

    /** A state in which the pool is in many pieces. */
    static SavedState poolInPieces(SavedState state, int count) {
        List<SavedState.Memory> memory = new ArrayList<>(state.memory().subList(0, 2));
        long at = memory.get(1).range().end();
        long end = state.memory().get(3).range().end();
        long first = end - count * 2L * PAGE;
        memory.add(piece(new GpaRange(at, first), MemoryVtlType.VTL2_RAM));
        for (int i = 0; i < count; i++) {
            long start = first + i * 2L * PAGE;
            memory.add(piece(GpaRange.ofSize(start, PAGE), MemoryVtlType.VTL2_GPA_POOL));
            memory.add(piece(GpaRange.ofSize(start + PAGE, PAGE), MemoryVtlType.VTL2_RAM));
        }
        return new SavedState(memory, state.mmio(), List.of(), List.of());
    }
}
