package dev.igvmtool.paravisor.saved;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.shim.PersistedStateHeader;
import dev.igvmtool.abi.shim.SavedState;
import dev.igvmtool.devicetree.Fdt;
import dev.igvmtool.devicetree.binding.BootTree;
import dev.igvmtool.testing.HandoffCase;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The reference has boots, and servicing restarts after them: what the restart found is what the boot would leave. */
class SavedMemoryTest {
    private static HandoffCase golden(String name) {
        return HandoffCase.all().stream()
                .filter(it -> it.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({"none-4vp-dev,svc-plain", "self-4node,svc-self"})
    void stateOfABootIsWhatItsRestartFinds(String boot, String restart) {
        Bytes tree = golden(boot).bytes("expected/kernel-tree.dtb");
        Bytes header = golden(restart).bytes("persisted-header.bin");
        long length = PersistedStateHeader.CODEC.read(header).protobufPayloadLength();

        Bytes state = SavedMemory.of(BootTree.of(Fdt.parse(tree))).encode();

        assertEquals(golden(restart).bytes("persisted-payload.bin").slice(0, (int) length), state);
    }

    @ParameterizedTest
    @CsvSource({"svc-excluded", "svc-all-excluded"})
    void onlyTheProcessorsDifferWhereDevicesAreKeptAlive(String restart) {
        Bytes tree = golden("none-16vp-2node").bytes("expected/kernel-tree.dtb");
        Bytes header = golden(restart).bytes("persisted-header.bin");
        long length = PersistedStateHeader.CODEC.read(header).protobufPayloadLength();
        SavedState found =
                SavedState.decode(golden(restart).bytes("persisted-payload.bin").slice(0, (int) length));

        SavedState state = SavedMemory.of(BootTree.of(Fdt.parse(tree)));

        assertEquals(found.memory(), state.memory());
        assertEquals(found.mmio(), state.mmio());
    }
}
