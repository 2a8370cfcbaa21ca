package dev.igvmtool.bootshim.plan;

import com.fasterxml.jackson.databind.JsonNode;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.paravisor.CommandLinePage;
import dev.igvmtool.abi.shim.PersistedStateHeader;
import dev.igvmtool.abi.shim.ShimParams;
import dev.igvmtool.bootshim.HandoffCase;
import dev.igvmtool.bootshim.HandoffCase.Mapped;
import dev.igvmtool.devicetree.binding.TreeIsolation;
import java.util.List;
import java.util.Optional;

/** The inputs of the shim in a case, from the map of its image and the host's tree: no image is built. */
final class CaseInputs {
    private static final String LAYOUT = "IGVM file layout";
    private static final long PAGE_BYTES = 4096;

    private CaseInputs() {}

    static ShimInputs of(HandoffCase golden) {
        long move = move(golden);
        GpaRange memory = golden.map("IGVM file required memory").stream()
                .filter(entry -> entry.tag().equals("VTL2 protectable"))
                .findFirst()
                .orElseThrow()
                .range();
        GpaRange shim = span(golden, "underhill-boot-shim");
        GpaRange sidecar = span(golden, "sidecar-kernel");
        GpaRange log = span(golden, "ohcl-boot-shim-log-buffer");
        GpaRange heap = span(golden, "ohcl-boot-shim-heap");
        long parameters = span(golden, "underhill-slit").start();
        long commandLine = span(golden, "underhill-command-line").start();
        long usedEnd = span(golden, "underhill-page-tables").end();
        GpaRange initrd = span(golden, "underhill-initrd");
        long base = shim.start();
        ShimParams params = new ShimParams(
                0,
                commandLine - base,
                initrd.start() - base,
                initrd.size(),
                0,
                1,
                memory.start() - base,
                memory.size(),
                parameters - base,
                362 * PAGE_BYTES,
                commandLine + PAGE_BYTES - base,
                4 * PAGE_BYTES,
                sidecar.isEmpty() ? 0 : sidecar.start() - base,
                sidecar.size(),
                0,
                memory.start() - base,
                usedEnd - base,
                0,
                0,
                log.start() - base,
                log.size(),
                heap.start() - base,
                heap.size(),
                memory.start() - base,
                PersistedStateHeader.REGION_BYTES);
        ShimImage image = new ShimImage(base + move, params);
        return new ShimInputs(
                image,
                TreeIsolation.NONE,
                commandLinePage(golden),
                ShimInputs.readHostTree(deviceTreeArea(golden)),
                golden.map(LAYOUT).stream()
                        .map(entry -> new ShimInputs.Imported(entry.range(), true))
                        .toList(),
                persisted(golden, image));
    }

    private static Bytes deviceTreeArea(HandoffCase golden) {
        boolean none = golden.config().has("no_device_tree");
        return none ? Bytes.zeros(0x40000) : golden.bytes("host-tree.dtb");
    }

    private static CommandLinePage commandLinePage(HandoffCase golden) {
        JsonNode openhcl = golden.openhcl();
        JsonNode isStatic = openhcl.get("static_command_line");
        return new CommandLinePage(
                isStatic != null && isStatic.asBoolean()
                        ? CommandLinePage.POLICY_STATIC
                        : CommandLinePage.POLICY_APPEND_CHOSEN,
                Bytes.utf8(openhcl.get("command_line").asText()));
    }

    private static Optional<PersistedState> persisted(HandoffCase golden, ShimImage image) {
        if (!golden.has("persisted-header.bin")) {
            return Optional.empty();
        }
        PersistedStateHeader header = PersistedStateHeader.CODEC.read(golden.bytes("persisted-header.bin"));
        GpaRange payload = PersistedState.payload(header, image.persistedStateRegion());
        return Optional.of(
                PersistedState.decode(golden.bytes("persisted-payload.bin").slice(0, (int) payload.size())));
    }

    /** By how much the host moved the image. */
    private static long move(HandoffCase golden) {
        JsonNode address = golden.config().get("vtl2_base").get("address");
        if (address == null) {
            return 0;
        }
        long fileBase = golden.map("IGVM file relocatable regions").stream()
                .findFirst()
                .orElseThrow()
                .range()
                .start();
        return HandoffCase.hex(address) - fileBase;
    }

    private static GpaRange span(HandoffCase golden, String tag) {
        List<GpaRange> ranges = golden.map(LAYOUT).stream()
                .filter(entry -> entry.tag().equals(tag))
                .map(Mapped::range)
                .toList();
        return ranges.isEmpty()
                ? new GpaRange(0, 0)
                : new GpaRange(
                        ranges.get(0).start(), ranges.get(ranges.size() - 1).end());
    }
}
