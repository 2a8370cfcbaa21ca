package dev.igvmtool.cli.coverage;

import static dev.igvmtool.machine.partition.Isolation.NONE;
import static dev.igvmtool.machine.partition.Isolation.SNP;
import static dev.igvmtool.machine.partition.Isolation.TDX;
import static dev.igvmtool.machine.partition.Isolation.VBS;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.paravisor.CommandLinePage;
import dev.igvmtool.abi.paravisor.ImportedRegion;
import dev.igvmtool.host.config.Vtl2Base;
import dev.igvmtool.machine.memory.PageState;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** Boots that come to the kernel or further, and what each event does on the way. */
final class GoodBoots {
    private static final long MIB = 1 << 20;

    /** Memory of VTL0. */
    private static final long OUTSIDE = 256 * MIB;

    private static final String POOL_OPTION = "OPENHCL_ENABLE_VTL2_GPA_POOL=777";

    private GoodBoots() {}

    static List<Scenario> scenarios() {
        return Stream.of(toTheKernel(), ofTheHost(), ofOptions(), toTheEnd())
                .flatMap(List::stream)
                .toList();
    }

    private static List<Scenario> toTheKernel() {
        return List.of(
                Scenario.ofAll("first-boot").expect(ShimEffects::common).expect(ShimEffects::ofIsolation),
                Scenario.of("bounce-buffer-outside", SNP, TDX)
                        .param("bounceBufferStart", guest -> OUTSIDE - guest.shimBase())
                        .until("S27")
                        .expect(Expectation.becomes(
                                "S27", "the bounce buffer", PageState.ACCEPTED, guest -> guest.state(OUTSIDE))),
                Scenario.ofAll("old-bss")
                        .stray(Scenario.Stray.START, GoodBoots::fillBss)
                        .expect(Expectation.becomes("S01", "bss", 0L, GoodBoots::sumOfBss)),
                // A hypervisor empties what it gives to a VTL, so no image for VBS can have shared regions and go on.
                Scenario.of("shared-kernel", VBS)
                        .shares(GoodBoots::isKernel)
                        .expect(Expectation.becomes(
                                "S28",
                                "the kernel",
                                PageState.ACCEPTED,
                                guest -> guest.state(guest.at(guest.params().kernelEntryOffset()))))
                        .refuses("S32 hash", "S32", "imported regions hash mismatch")
                        .refuses("S32", "S32", "imported regions hash mismatch"));
    }

    private static boolean isKernel(Guest guest, ImportedRegion region) {
        return SharedRegions.range(region).contains(guest.at(guest.params().kernelEntryOffset()));
    }

    /** What an earlier run left there. */
    private static void fillBss(Guest guest) {
        for (long at = Places.BSS; at < Places.BSS_END; at += 0x800) {
            guest.memory().writeU8(guest.at(at), 0xaa);
        }
    }

    private static Object sumOfBss(Guest guest) {
        long sum = 0;
        for (long at = Places.BSS; at < Places.BSS_END; at += 0x800) {
            sum += guest.memory().readU8(guest.at(at));
        }
        return sum;
    }

    private static List<Scenario> ofTheHost() {
        return List.of(
                Scenario.ofAll("host").config(HostEffects::configure).expect(HostEffects::expected),
                Scenario.of("moved", NONE)
                        .config(builder ->
                                builder.memory(2048 * MIB).vtl2Base(new Vtl2Base.Absolute(HostEffects.NEW_BASE)))
                        .expect(HostEffects.moved()));
    }

    private static List<Scenario> ofOptions() {
        return List.of(
                Scenario.ofAll("measured-options")
                        .patch(guest -> commandLine(guest, CommandLinePage.POLICY_STATIC, POOL_OPTION))
                        .expect(Expectation.logs("S12", "[INFO] Overriding VTL2 GPA pool config to Pages(777)")),
                Scenario.of("alias-map-of-zero", NONE)
                        .tree("/ { openhcl { vtl0-alias-map = <0 0>; }; };")
                        .expect(Expectation.becomes(
                                "S41",
                                "alias map of the kernel's tree",
                                OptionalLong.of(0),
                                guest -> ShimEffects.kernelTree(guest).vtl0AliasMap())),
                Scenario.of("host-options", NONE)
                        .config(builder -> builder.commandLine(POOL_OPTION))
                        .expect(Expectation.logs("S14", "[INFO] Overriding VTL2 GPA pool config to Pages(777)")),
                debuggable(Scenario.of("trusted-host-options", VBS, SNP, TDX))
                        .config(builder -> builder.commandLine(POOL_OPTION))
                        .expect(Expectation.logs("S14", "[INFO] Overriding VTL2 GPA pool config to Pages(777)")));
    }

    /** The image lets its host have a say. */
    static Scenario debuggable(Scenario scenario) {
        return scenario.patch(
                guest -> commandLine(guest, CommandLinePage.POLICY_APPEND_CHOSEN, "OPENHCL_CONFIDENTIAL_DEBUG=1"));
    }

    static Map<Long, Bytes> commandLine(Guest guest, int policy, String text) {
        return commandLine(guest, policy, Bytes.utf8(text));
    }

    static Map<Long, Bytes> commandLine(Guest guest, int policy, Bytes text) {
        return Map.of(
                guest.at(guest.params().commandLineOffset()),
                CommandLinePage.CODEC.toBytes(new CommandLinePage(policy, text)));
    }

    private static List<Scenario> toTheEnd() {
        return List.of(
                Scenario.ofAll("to-the-guest").toTheEnd().expect(LaterEffects::expected),
                Scenario.of("restart", NONE).restarts(1).expect(LaterEffects::ofRestart),
                ServicingRefusals.restart("servicing", state -> state)
                        .expect(Expectation.logs("S16b", "[INFO] reading topology from persisted state"))
                        .expect(Expectation.logs("S19", "[INFO] sidecar: excluding CPUs [1]")));
    }
}
