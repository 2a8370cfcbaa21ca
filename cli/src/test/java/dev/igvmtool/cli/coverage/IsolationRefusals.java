package dev.igvmtool.cli.coverage;

import static dev.igvmtool.machine.partition.Isolation.SNP;
import static dev.igvmtool.machine.partition.Isolation.TDX;
import static dev.igvmtool.machine.partition.Isolation.VBS;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.paravisor.ImportedRegion;
import dev.igvmtool.host.config.Mmio;
import dev.igvmtool.host.config.RamRange;
import dev.igvmtool.host.hostile.Lie;
import dev.igvmtool.machine.partition.HostConduct;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** What keeps an isolated shim from making its memory its own, and a TD from starting its processors: S23 to S32. */
final class IsolationRefusals {
    private static final long GIB = 1 << 30;

    /** Pages may be given back, but need not be: CONFIG_FLAGS of a TD. */
    private static final long CONNECT_WITHOUT_RELEASE = 1 << 5;

    private IsolationRefusals() {}

    static List<Scenario> scenarios() {
        List<Scenario> all = new ArrayList<>(ofLists());
        all.addAll(ofPages());
        all.addAll(ofTrustDomains());
        return all;
    }

    private static List<Scenario> ofLists() {
        return List.of(
                Scenario.of("regions-in-another-order", VBS)
                        .patch(IsolationRefusals::swapped)
                        .refuses("S25 order", "S24", "is listed after"),
                Scenario.of("regions-in-another-order", SNP, TDX)
                        .patch(IsolationRefusals::swapped)
                        .refuses("S25 order", "S26", "is listed after"),
                Scenario.of("region-left-out", SNP)
                        .patch(IsolationRefusals::withoutAccepted)
                        .refuses("S26 accept", "S26", "cannot be validated: code 0, validated already"),
                Scenario.of("region-left-out", TDX)
                        .patch(IsolationRefusals::withoutAccepted)
                        .refuses("S26 accept", "S26", "TDCALL 6 fails for page"),
                Scenario.of("shared-region-unknown", VBS)
                        .patch(guest -> SharedRegions.list(guest, regions -> {
                            List<ImportedRegion> more = new ArrayList<>(regions);
                            more.add(ImportedRegion.of(0x10_0000_0000L / Guest.PAGE, 1, false));
                            return more;
                        }))
                        .refuses("S28 convert", "S28", "AcceptGpaPages fails for memory 0x1000000000"),
                Scenario.of("hash-of-another-image", SNP, TDX)
                        .patch(SharedRegions::otherHash)
                        .refuses("S32 hash", "S32", "imported regions hash mismatch")
                        .refuses("S32", "S32", "imported regions hash mismatch"),
                Scenario.of("kernel-changed-early", SNP, TDX)
                        .plan("kernel-changed-early")
                        .expect(Expectation.logs("S32", "DIAG_VERDICT"))
                        .refuses("S32 hash", "S32", "imported regions hash mismatch"));
    }

    private static Map<Long, Bytes> swapped(Guest guest) {
        return SharedRegions.list(guest, regions -> {
            List<ImportedRegion> swapped = new ArrayList<>(regions);
            swapped.set(0, regions.get(1));
            swapped.set(1, regions.get(0));
            return swapped;
        });
    }

    private static Map<Long, Bytes> withoutAccepted(Guest guest) {
        return SharedRegions.list(guest, regions -> {
            ImportedRegion first = regions.stream()
                    .filter(region -> region.isAccepted() && SharedRegions.ofVtl2(guest, region))
                    .findFirst()
                    .orElseThrow();
            List<ImportedRegion> rest = new ArrayList<>(regions);
            rest.remove(first);
            return rest;
        });
    }

    private static List<Scenario> ofPages() {
        return List.of(
                Scenario.of("protection-refused", VBS)
                        .plan("protection-refused")
                        .refuses("S23 register", "S23", "0x000d0007: access denied"),
                Scenario.of("protect-pages-refused", VBS)
                        .plan("protect-pages-refused")
                        .refuses("S24 protect", "S24", "ModifyVtlProtectionMask fails"),
                Scenario.of("no-entry-for-local-map", SNP, TDX)
                        .patch(guest -> Map.of(guest.entryOf(0x20_0000), Bytes.zeros(Long.BYTES)))
                        .refuses("S25 local-map", "S25", "no large page for the local map at 0x200000"),
                Scenario.of("accept-refused", VBS)
                        .plan("accept-refused")
                        .refuses("S26 accept", "S26", "AcceptGpaPages fails"),
                Scenario.of("bounce-buffer-in-use", SNP)
                        .param("bounceBufferStart", guest -> -guest.shimBase())
                        .param("bounceBufferSize", 2 << 20)
                        .refuses("S27 accept", "S27", "cannot be validated"),
                Scenario.of("page-state-refused", SNP)
                        .plan("page-state-refused")
                        .refuses("S28 convert", "S28", "the host does not make page"),
                Scenario.of("map-gpa-refused", TDX)
                        .plan("map-gpa-refused")
                        .refuses("S28 convert", "S28", "the host does not map memory"));
    }

    private static List<Scenario> ofTrustDomains() {
        return List.of(
                Scenario.of("bounce-buffer-in-use", TDX)
                        .param("bounceBufferStart", guest -> -guest.shimBase())
                        .param("bounceBufferSize", 2 << 20)
                        .refuses("S27 accept", "S27", "TDCALL 6 fails for page"),
                Scenario.of("no-room-for-tables", TDX)
                        .param(
                                "usedEnd",
                                guest -> guest.params().memoryStartOffset()
                                        + guest.params().memorySize())
                        .refuses("S29 range", "S29", "VTL2 has no room for the page tables of other processors"),
                // There is no hole for devices below 4 GiB, and the mailbox lies in VTL2's memory.
                Scenario.of("mailbox-in-memory", TDX)
                        .config((builder, guest) -> builder.ram(List.of(new RamRange(new GpaRange(0, 5 * GIB), 0)))
                                .mmio(new Mmio(
                                        Optional.of(GpaRange.ofSize(64 * GIB, GIB)),
                                        Optional.of(GpaRange.ofSize(65 * GIB, GIB)),
                                        Optional.of(GpaRange.ofSize(66 * GIB, GIB)),
                                        Optional.empty()))
                                .vtl2ProtectableOverride(List.of(
                                        new GpaRange(SharedRegions.memory(guest).start(), 5 * GIB))))
                        .refuses("S29 tables", "S29", "page 0xfffff000 is part of a larger page of VTL2"),
                Scenario.of("connect-without-release", TDX)
                        .config(builder -> builder.tdConfigFlags(CONNECT_WITHOUT_RELEASE))
                        .refuses("S30 connect", "S30", "release"),
                Scenario.of("processor-start-refused", TDX)
                        .plan("processor-start-refused")
                        .refuses("S31 start", "S31", "StartVirtualProcessor fails for VP 1"),
                Scenario.of("vtl-refused", TDX)
                        .lies(new Lie.Hypercall(
                                0x0f,
                                Lie.EVERY_CALL,
                                new HostConduct.HypercallAnswer(
                                        OptionalInt.of(6), OptionalInt.empty(), Optional.empty())))
                        .refuses("S31 start", "S31", "EnableVpVtl fails for VP 1"));
    }
}
