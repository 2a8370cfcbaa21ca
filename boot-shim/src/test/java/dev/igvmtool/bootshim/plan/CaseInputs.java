package dev.igvmtool.bootshim.plan;

import com.fasterxml.jackson.databind.JsonNode;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.GpaRange;
import dev.igvmtool.abi.elf.ElfFile;
import dev.igvmtool.abi.elf.ProgramHeader;
import dev.igvmtool.abi.paravisor.CommandLinePage;
import dev.igvmtool.abi.shim.PersistedStateHeader;
import dev.igvmtool.abi.shim.SavedState;
import dev.igvmtool.abi.shim.ShimParams;
import dev.igvmtool.devicetree.binding.TreeIsolation;
import dev.igvmtool.machine.guest.Architecture;
import dev.igvmtool.testing.HandoffCase;
import dev.igvmtool.testing.HandoffCase.Mapped;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32;

/** The inputs of the shim in a case, from the map of its image and the host's tree: no image is built. */
public final class CaseInputs {
    private static final String LAYOUT = "IGVM file layout";
    private static final long PAGE_BYTES = 4096;
    private static final long BOUNCE_BYTES = 2 << 20;
    /** What the launch leaves shared where it would have to be measured. */
    private static final Set<String> SHARED = Set.of("underhill-kernel", "underhill-initrd");

    private static final long SIDECAR_ENTRY = 0x5000;

    private CaseInputs() {}

    /** All inputs, or the refusal of the host's tree. */
    public static ShimInputs of(HandoffCase golden) {
        ShimImage image = image(golden);
        return new ShimInputs(
                Architecture.X64,
                image,
                isolation(golden),
                commandLinePage(golden),
                ShimInputs.readHostTree(deviceTreeArea(golden)),
                imported(golden),
                persisted(golden, image));
    }

    /** How the partition is isolated. */
    public static TreeIsolation isolation(HandoffCase golden) {
        return TreeIsolation.of(golden.isolation()).orElseThrow();
    }

    /** The ranges that the launch filled. */
    public static List<ShimInputs.Imported> imported(HandoffCase golden) {
        return golden.map(LAYOUT).stream()
                .map(entry -> new ShimInputs.Imported(
                        entry.range(), !golden.hardwareIsolated() || !SHARED.contains(entry.tag())))
                .toList();
    }

    /** The image as the host placed it. */
    public static ShimImage image(HandoffCase golden) {
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
        long initrd = span(golden, "underhill-initrd").start();
        Bytes initrdFile = golden.resource("underhill_initrd");
        CRC32 crc = new CRC32();
        crc.update(initrdFile.asBuffer());
        long base = shim.start();
        ShimParams params = new ShimParams(
                kernelEntry(golden) - base,
                commandLine - base,
                initrd - base,
                initrdFile.size(),
                crc.getValue(),
                switch (isolation(golden)) {
                    case NONE, VBS -> 1;
                    case SNP -> 2;
                    case TDX -> 3;
                },
                memory.start() - base,
                memory.size(),
                parameters - base,
                362 * PAGE_BYTES,
                commandLine + PAGE_BYTES - base,
                4 * PAGE_BYTES,
                sidecar.isEmpty() ? 0 : sidecar.start() - base,
                sidecar.size(),
                sidecar.isEmpty() ? -base : sidecar.start() + SIDECAR_ENTRY - base,
                memory.start() - base,
                usedEnd - base,
                golden.hardwareIsolated() ? memory.start() + PersistedStateHeader.REGION_BYTES - base : 0,
                golden.hardwareIsolated() ? BOUNCE_BYTES : 0,
                log.start() - base,
                log.size(),
                heap.start() - base,
                heap.size(),
                memory.start() - base,
                PersistedStateHeader.REGION_BYTES);
        return new ShimImage(base + move, params);
    }

    /** What the host inserted as device tree. */
    public static Bytes deviceTreeArea(HandoffCase golden) {
        boolean none = golden.config().has("no_device_tree");
        return none ? Bytes.zeros(0x40000) : golden.bytes("host-tree.dtb");
    }

    /** The measured command line. */
    public static CommandLinePage commandLinePage(HandoffCase golden) {
        JsonNode openhcl = golden.openhcl();
        JsonNode isStatic = openhcl.get("static_command_line");
        return new CommandLinePage(
                isStatic != null && isStatic.asBoolean()
                        ? CommandLinePage.POLICY_STATIC
                        : CommandLinePage.POLICY_APPEND_CHOSEN,
                Bytes.utf8(openhcl.get("command_line").asText()));
    }

    /** Where the file's kernel starts; its lowest segment stands at the start of its region. */
    private static long kernelEntry(HandoffCase golden) {
        ElfFile elf = ElfFile.read(golden.resource("underhill_kernel"));
        long lowest = elf.loadSegments().stream()
                .mapToLong(ProgramHeader::paddr)
                .min()
                .orElseThrow();
        return span(golden, "underhill-kernel").start() + elf.header().entry() - lowest;
    }

    private static Optional<SavedState> persisted(HandoffCase golden, ShimImage image) {
        if (!golden.has("persisted-header.bin")) {
            return Optional.empty();
        }
        PersistedStateHeader header = PersistedStateHeader.CODEC.read(golden.bytes("persisted-header.bin"));
        GpaRange payload = PersistedState.payload(header, image.persistedStateRegion());
        return Optional.of(
                PersistedState.decode(golden.bytes("persisted-payload.bin").slice(0, (int) payload.size())));
    }

    /** By how much the host moved the image. */
    public static long move(HandoffCase golden) {
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

    /** First to last byte of a part of the image, as in the file. */
    public static GpaRange span(HandoffCase golden, String tag) {
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
