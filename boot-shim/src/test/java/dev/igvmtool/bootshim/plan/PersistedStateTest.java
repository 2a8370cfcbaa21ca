package dev.igvmtool.bootshim.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.shim.MemoryVtlType;
import dev.igvmtool.abi.shim.PersistedStateHeader;
import dev.igvmtool.abi.shim.SavedState;
import dev.igvmtool.testing.HandoffCase;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PersistedStateTest {
    private static final GpaRange REGION = new GpaRange(0x800_0000, 0x820_0000);

    private static HandoffCase golden() {
        return HandoffCase.all().stream()
                .filter(c -> c.name().equals("svc-excluded"))
                .findFirst()
                .orElseThrow();
    }

    private static Bytes payload(HandoffCase golden) {
        PersistedStateHeader header = PersistedStateHeader.CODEC.read(golden.bytes("persisted-header.bin"));
        return golden.bytes("persisted-payload.bin").slice(0, (int) header.protobufPayloadLength());
    }

    @Test
    void decodesTheReferencesMessage() {
        HandoffCase golden = golden();
        SavedState state = PersistedState.decode(payload(golden));
        JsonNode expected = golden.config().get("persisted_state");
        List<SavedState.Memory> memory = new ArrayList<>();
        expected.get("memory")
                .forEach(entry -> memory.add(new SavedState.Memory(
                        new GpaRange(HandoffCase.hex(entry.get("start")), HandoffCase.hex(entry.get("end"))),
                        entry.get("node").asLong(),
                        MemoryVtlType.of(entry.get("vtl_type").asInt()).orElseThrow(),
                        entry.get("igvm_type").asInt())));
        assertEquals(memory, state.memory());
        assertEquals(expected.get("mmio").size(), state.mmio().size());
        assertEquals(List.of(9L, 12L), state.cpusWithMappedInterrupts());
        assertEquals(List.of(3L, 9L, 15L), state.cpusWithOutstandingIo());
    }

    @Test
    void encodesEveryStateOfTheReferenceToItsBytes() {
        List<HandoffCase> serviced = HandoffCase.all().stream()
                .filter(c -> c.has("persisted-payload.bin") && c.boots())
                .toList();
        assertEquals(4, serviced.size());
        for (HandoffCase c : serviced) {
            assertEquals(payload(c), PersistedState.decode(payload(c)).encode(), c.name());
        }
    }

    @Test
    void damageGivesAStateOrTheShimsRefusal() {
        Bytes good = payload(golden());
        for (int length = 0; length < good.size(); length++) {
            survives(good.slice(0, length));
        }
        for (int bit = 0; bit < good.size() * 8; bit++) {
            byte[] damaged = good.toByteArray();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            survives(Bytes.wrap(damaged));
        }
    }

    private static void survives(Bytes payload) {
        try {
            PersistedState.decode(payload);
        } catch (ShimFatalException expected) {
            assertEquals(1, expected.getMessage().lines().count());
        }
    }

    @Test
    void thePayloadLiesInItsRegion() {
        assertEquals(new GpaRange(0x800_1000, 0x800_1123), payload(0x800_1000, 0x13000, 0x123));
        assertThrows(ShimFatalException.class, () -> payload(0x7ff_f000, 0x13000, 0x123));
        assertThrows(ShimFatalException.class, () -> payload(0x800_1000, 0x20_0000, 0x123));
        assertThrows(ShimFatalException.class, () -> payload(0x800_1000, -0x1000, 0x123));
        assertThrows(ShimFatalException.class, () -> payload(0x800_1000, 0x1000, 0x1001));
        assertThrows(ShimFatalException.class, () -> payload(0x800_1000, 0x1000, -1));
    }

    private static GpaRange payload(long start, long regionBytes, long payloadBytes) {
        return PersistedState.payload(
                new PersistedStateHeader(PersistedStateHeader.MAGIC, start, regionBytes, payloadBytes), REGION);
    }
}
