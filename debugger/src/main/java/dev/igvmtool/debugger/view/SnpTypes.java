package dev.igvmtool.debugger.view;

import dev.igvmtool.abi.binary.Memory;
import dev.igvmtool.abi.snp.CpuidPage;
import dev.igvmtool.abi.snp.Ghcb;
import dev.igvmtool.abi.snp.SecretsPage;
import java.util.ArrayList;
import java.util.List;

/** Pages that SNP's firmware fills, and the one by which guest and hypervisor speak. */
final class SnpTypes {
    private static final int KEYS = 4;

    static final StructureType CPUID_PAGE =
            new ListType("cpuid-page", "SNP CPUID page", CpuidPage.SIZE, (memory, gpa) -> cpuid(memory, gpa));
    static final StructureType SECRETS_PAGE =
            new ListType("secrets-page", "SNP secrets page", SecretsPage.SIZE, (memory, gpa) -> secrets(memory, gpa));
    static final StructureType GHCB = new ListType(
            "ghcb", "GHCB, guest-hypervisor communication block", Ghcb.SIZE, (memory, gpa) -> ghcb(memory, gpa));

    private SnpTypes() {}

    private static ViewNode cpuid(Memory memory, long gpa) {
        CpuidPage page = CpuidPage.read(memory.readBytes(gpa, CpuidPage.SIZE));
        int size = CpuidPage.Entry.CODEC.size();
        List<ViewNode> leaves = new ArrayList<>();
        for (int i = 0; i < page.entries().size(); i++) {
            CpuidPage.Entry entry = page.entries().get(i);
            String text = String.format(
                    "0x%x/0x%x xcr0 0x%x xss 0x%x: eax 0x%08x ebx 0x%08x ecx 0x%08x edx 0x%08x",
                    entry.eaxIn(),
                    entry.ecxIn(),
                    entry.xcr0(),
                    entry.xss(),
                    entry.eax(),
                    entry.ebx(),
                    entry.ecx(),
                    entry.edx());
            leaves.add(ViewNode.text("[" + i + "]", text, gpa + CpuidPage.HEADER_BYTES + (long) i * size, size));
        }
        return ViewNode.structure("cpuid-page", leaves.size() + " leaves", gpa, CpuidPage.SIZE, leaves);
    }

    private static ViewNode secrets(Memory memory, long gpa) {
        List<ViewNode> fields = new ArrayList<>();
        fields.add(ViewNode.number("version", memory.readU32(gpa), gpa, Integer.BYTES));
        for (int i = 0; i < KEYS; i++) {
            long at = gpa + SecretsPage.KEYS + (long) i * SecretsPage.KEY_BYTES;
            fields.add(ViewNode.text(
                    "vmpck" + i, memory.readBytes(at, SecretsPage.KEY_BYTES).toHex(), at, SecretsPage.KEY_BYTES));
        }
        return ViewNode.structure("secrets-page", "", gpa, SecretsPage.SIZE, fields);
    }

    private static ViewNode ghcb(Memory memory, long gpa) {
        List<ViewNode> fields = new ArrayList<>();
        u64(fields, memory, gpa, "exit_code", Ghcb.EXIT_CODE);
        u64(fields, memory, gpa, "exit_info_1", Ghcb.EXIT_INFO_1);
        u64(fields, memory, gpa, "exit_info_2", Ghcb.EXIT_INFO_2);
        u64(fields, memory, gpa, "scratch", Ghcb.SCRATCH);
        long usage = memory.readU32(gpa + Ghcb.USAGE);
        if (usage == Ghcb.USAGE_HYPERCALL) {
            u64(fields, memory, gpa, "hypercall_output_gpa", Ghcb.HYPERCALL_OUTPUT_GPA);
            u64(fields, memory, gpa, "hypercall_control", Ghcb.HYPERCALL_CONTROL);
        }
        long version = gpa + Ghcb.PROTOCOL_VERSION;
        fields.add(ViewNode.number("protocol_version", memory.readU16(version), version, Short.BYTES));
        String meaning = usage == Ghcb.USAGE_BASE
                ? "base"
                : usage == Ghcb.USAGE_HYPERCALL ? "hypercall" : usage == Ghcb.USAGE_INVALID ? "none" : "unknown";
        fields.add(ViewNode.number("usage", usage, meaning, gpa + Ghcb.USAGE, Integer.BYTES));
        return ViewNode.structure("ghcb", "", gpa, Ghcb.SIZE, fields);
    }

    private static void u64(List<ViewNode> fields, Memory memory, long gpa, String name, int offset) {
        fields.add(ViewNode.number(name, memory.readU64(gpa + offset), gpa + offset, Long.BYTES));
    }
}
