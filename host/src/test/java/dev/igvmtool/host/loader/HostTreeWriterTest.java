package dev.igvmtool.host.loader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.host.config.RamRange;
import dev.igvmtool.host.config.VmConfig;
import dev.igvmtool.host.config.Vtl2Base;
import dev.igvmtool.host.config.file.HostConfigReader;
import dev.igvmtool.machine.guest.Architecture;
import dev.igvmtool.testing.HandoffCase;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class HostTreeWriterTest {
    static List<HandoffCase> cases() {
        return HandoffCase.all().stream().filter(HandoffCase::hasUsualTree).toList();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void writesTheTreeOfTheReferenceCase(HandoffCase handoff) {
        VmConfig config = HostConfigReader.read(handoff.configFile()).build();
        List<RamRange> ram = new ArrayList<>(config.ram());
        List<GpaRange> protectable = new ArrayList<>(MapLines.of(handoff, "VTL2 protectable"));
        if (config.vtl2Base() instanceof Vtl2Base.MemoryLayout layout) {
            GpaRange vtl2 = GpaRange.ofSize(
                    layout.address().orElseThrow(), layout.sizeBytes().orElseThrow());
            ram.add(new RamRange(vtl2, 0));
            protectable = List.of(vtl2);
        } else if (config.vtl2Base() instanceof Vtl2Base.Absolute absolute) {
            long offset = absolute.address() - protectable.get(0).start();
            protectable.replaceAll(range -> new GpaRange(range.start() + offset, range.end() + offset));
        } else if (config.vtl2Base() instanceof Vtl2Base.Vtl2Allocate) {
            protectable = List.of();
        }
        GuestMemoryMap memory =
                GuestMemoryMap.of(ram, config.vtl2ProtectableOverride().orElse(protectable));

        Bytes tree = HostTreeWriter.write(Architecture.X64, config, config.commandLine(), memory);

        assertEquals(handoff.bytes("host-tree.dtb").toHex(), tree.toHex());
    }

    @Test
    void thereAreCases() {
        assertTrue(cases().size() > 50);
    }
}
