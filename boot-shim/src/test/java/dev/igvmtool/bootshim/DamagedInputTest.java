package dev.igvmtool.bootshim;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.machine.event.MachineEvent;
import dev.igvmtool.testing.HandoffCase;
import java.util.List;
import java.util.function.ToLongFunction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever stands in the shim's inputs, the shim boots the kernel, panics or faults as a processor does. */
class DamagedInputTest {
    private static final int STRIDE = Integer.getInteger("igvmtool.damage.stride", 499);

    @ParameterizedTest
    @CsvSource({"none-16vp-2node", "self-1node", "svc-excluded", "host-hyperv-style"})
    void damagedHostTreesDoNotEscapeTheShim(String name) {
        HandoffCase golden = golden(name);
        damage(golden, shim -> shim.image.deviceTree().start(), golden.bytes("host-tree.dtb"));
    }

    @ParameterizedTest
    @CsvSource({"svc-excluded", "svc-self"})
    void damagedPersistedStateDoesNotEscapeTheShim(String name) {
        HandoffCase golden = golden(name);
        ToLongFunction<ShimMachine> region =
                shim -> shim.image.persistedStateRegion().start();
        damage(golden, region, golden.bytes("persisted-header.bin").slice(0, 32));
        damage(golden, shim -> region.applyAsLong(shim) + 0x1000, golden.bytes("persisted-payload.bin"));
    }

    private static HandoffCase golden(String name) {
        return HandoffCase.all().stream()
                .filter(c -> c.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static void damage(HandoffCase golden, ToLongFunction<ShimMachine> place, Bytes content) {
        for (long bit = 0; bit < content.size() * 8L; bit += STRIDE) {
            ShimMachine shim = new ShimMachine(golden);
            long address = place.applyAsLong(shim) + bit / 8;
            int octet = shim.machine.physicalMemory().readU8(address);
            shim.machine.physicalMemory().writeU8(address, octet ^ 1 << bit % 8);
            long damaged = bit;
            try {
                if (!shim.reachesKernel()) {
                    assertTrue(stopped(shim.events), () -> golden + ", bit " + damaged + ": " + shim.log());
                }
            } catch (RuntimeException e) {
                throw new AssertionError(golden + " with bit " + bit + " flipped escapes the shim", e);
            }
        }
    }

    private static boolean stopped(List<MachineEvent> events) {
        return events.get(events.size() - 1) instanceof MachineEvent.VpStopped;
    }
}
