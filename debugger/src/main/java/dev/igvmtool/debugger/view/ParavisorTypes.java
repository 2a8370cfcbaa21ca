package dev.igvmtool.debugger.view;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.abi.paravisor.CommandLinePage;
import dev.igvmtool.abi.paravisor.ExpectedPageHashes;
import dev.igvmtool.abi.paravisor.ImportedRegion;
import dev.igvmtool.abi.paravisor.ImportedRegions;
import dev.igvmtool.abi.paravisor.MeasuredVtl0Config;
import dev.igvmtool.abi.paravisor.MeasuredVtl2Config;
import dev.igvmtool.abi.shim.BootLogBuffer;
import dev.igvmtool.abi.shim.PersistedStateHeader;
import dev.igvmtool.abi.shim.ShimParams;
import dev.igvmtool.machine.memory.PhysicalMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What an OpenHCL image holds for its boot shim and paravisor, and what those leave for each other. */
final class ParavisorTypes {
    private static final int MAX_LOG_BYTES = 1 << 16;

    static final StructureType SHIM_PARAMS =
            LayoutType.of("shim-params", "ShimParamsRaw, where the parts of the image stand", ShimParams.CODEC);
    static final StructureType MEASURED_VTL2_CONFIG = LayoutType.of(
            "measured-vtl2-config",
            "ParavisorMeasuredVtl2Config",
            MeasuredVtl2Config.CODEC,
            magic("magic", MeasuredVtl2Config.MAGIC));
    static final StructureType MEASURED_VTL0_CONFIG = LayoutType.of(
            "measured-vtl0-config",
            "ParavisorMeasuredVtl0Config",
            MeasuredVtl0Config.CODEC,
            magic("magic", MeasuredVtl0Config.MAGIC));
    static final StructureType COMMAND_LINE =
            LayoutType.of("command-line-page", "ParavisorCommandLine", CommandLinePage.CODEC, new LayoutType.Meaning() {
                @Override
                public String of(Memory memory, long gpa, String field, long value) {
                    return !field.equals("policy")
                            ? ""
                            : value == CommandLinePage.POLICY_APPEND_CHOSEN ? "APPEND_CHOSEN" : "STATIC";
                }

                @Override
                public Optional<String> text(Memory memory, long gpa, String field, Bytes content) {
                    return Optional.of(Text.quoted(Text.untilNul(content)));
                }
            });
    static final StructureType IMPORTED_REGIONS = new ListType(
            "imported-regions",
            "ImportedRegionsPageHeader with its descriptors",
            PhysicalMemory.PAGE_SIZE,
            (memory, gpa) -> importedRegions(memory, gpa));
    static final StructureType PAGE_HASHES = LayoutType.of(
            "page-hashes",
            "head of the expected page hashes",
            ExpectedPageHashes.CODEC,
            magic("magic", ExpectedPageHashes.MAGIC));
    static final StructureType PERSISTED_STATE = LayoutType.of(
            "persisted-state",
            "PersistedStateHeader",
            PersistedStateHeader.CODEC,
            magic("magic", PersistedStateHeader.MAGIC));
    static final StructureType BOOT_LOG =
            new ListType("boot-log", "log buffer of the boot shim", ParavisorTypes::logSize, (m, gpa) -> log(m, gpa));

    private ParavisorTypes() {}

    /** The shim's parameters with the addresses that its offsets lead to. */
    static StructureType shimParams(long shimBase) {
        return LayoutType.of(SHIM_PARAMS.name(), SHIM_PARAMS.title(), ShimParams.CODEC, new LayoutType.Meaning() {
            @Override
            public String of(Memory memory, long gpa, String field, long value) {
                boolean offset = field.endsWith("Offset") || field.endsWith("Start") || field.equals("usedEnd");
                return offset ? String.format("-> 0x%x", shimBase + value) : "";
            }
        });
    }

    static LayoutType.Meaning magic(String name, long expected) {
        return new LayoutType.Meaning() {
            @Override
            public String of(Memory memory, long gpa, String field, long value) {
                if (!field.equals(name)) {
                    return "";
                }
                return value == expected ? "as it should be" : String.format("expected 0x%x", expected);
            }
        };
    }

    private static ViewNode importedRegions(Memory memory, long gpa) {
        ImportedRegions page = ImportedRegions.read(memory.readBytes(gpa, PhysicalMemory.PAGE_SIZE));
        List<ViewNode> nodes = new ArrayList<>();
        nodes.add(ViewNode.text("sha384", page.sha384().toHex(), gpa, ImportedRegions.HASH_BYTES));
        for (int i = 0; i < page.regions().size(); i++) {
            ImportedRegion region = page.regions().get(i);
            int size = ImportedRegion.CODEC.size();
            String text = String.format(
                    "0x%x-0x%x %s",
                    region.basePage() << 12,
                    region.basePage() + region.pageCount() << 12,
                    region.isAccepted() ? "accepted" : "shared");
            long at = gpa + ImportedRegions.HASH_BYTES + (long) i * size;
            nodes.add(ViewNode.text("regions[" + i + "]", text, at, size));
        }
        return ViewNode.structure(
                "imported-regions", page.regions().size() + " regions", gpa, PhysicalMemory.PAGE_SIZE, nodes);
    }

    private static long logSize(Memory memory, long gpa) {
        return (long) BootLogBuffer.HEADER_BYTES + new BootLogBuffer(memory, gpa).capacity();
    }

    private static ViewNode log(Memory memory, long gpa) {
        LayoutType head = new LayoutType("boot-log", "", BootLogBuffer::layout, LayoutType.Meaning.NONE);
        List<ViewNode> nodes = new ArrayList<>(head.view(memory, gpa).children());
        Bytes text = new BootLogBuffer(memory, gpa).text(MAX_LOG_BYTES);
        long at = gpa + BootLogBuffer.HEADER_BYTES;
        for (String line : text.toUtf8().split("\n", -1)) {
            int size = Bytes.utf8(line).size() + 1;
            if (size > 1) {
                nodes.add(ViewNode.text("line", Text.quoted(line), at, size));
            }
            at += size;
        }
        return ViewNode.structure("boot-log", "", gpa, logSize(memory, gpa), nodes);
    }
}
