package dev.igvmtool.machine.bus;

import dev.igvmtool.machine.guest.CpuidResult;
import java.util.Map;
import java.util.TreeMap;

/** CPUID leaves of a partition: the platform's, the hypervisor's, and what the configuration puts in their place. */
public final class CpuidTable {
    private static final int STANDARD_MAX = 0x16;
    private static final int HYPERVISOR_MAX = 0x4000_000c;
    private static final int EXTENDED_MAX = 0x8000_0008;
    private static final int TD_LEAF = 0x21;
    private static final int SEV_LEAF = 0x8000_001f;
    private static final int SIGNATURE_INTEL = 0x806f8;
    private static final int SIGNATURE_AMD = 0xa1_0f11;
    private static final int LEAF_1_EDX = 0x078b_fbff;
    private static final int HYPERVISOR_PRESENT = 1 << 31;
    private static final int SSE3 = 1;
    private static final int X2APIC = 1 << 21;
    /** SYSCALL, no-execute, 1 GiB pages, long mode. */
    private static final int EXTENDED_EDX = 0x2c10_0800;

    /** A leaf with its subleaf; {@code subleaf} is 0 for leaves without subleaves. */
    public record Key(int leaf, int subleaf) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            int byLeaf = Integer.compareUnsigned(leaf, other.leaf);
            return byLeaf != 0 ? byLeaf : Integer.compareUnsigned(subleaf, other.subleaf);
        }
    }

    /** Leaf 0x8000001F: SEV, SEV-ES and SNP are available; C-bit and bits by which it narrows addresses; 4 VMPLs. */
    private static final int SEV_EAX = 0x3a;

    private static final int SEV_EBX = 51 | 1 << 6 | 4 << 12;

    private static final int SNP = 2;
    private static final int TDX = 3;

    /**
     * What the leaves depend on.
     *
     * @param privileges leaf 0x40000003 EAX and EBX, see {@link dev.igvmtool.abi.hv.HvPrivilege}
     * @param isolationType low bits of leaf 0x4000000C EBX: 0 none, 1 VBS, 2 SNP, 3 TDX
     * @param tscRatioNumerator EBX of leaf 0x15, 0 if the frequency is not told
     */
    public record Features(
            boolean x2apic,
            int physicalAddressBits,
            long privileges,
            int isolationType,
            int vpCount,
            int tscRatioNumerator) {}

    private final Features features;
    private final Map<Key, CpuidResult> overrides;

    public CpuidTable(Features features, Map<Key, CpuidResult> overrides) {
        this.features = features;
        this.overrides = new TreeMap<>(overrides);
    }

    /** What CPUID returns on the VP with the given APIC id. */
    public CpuidResult query(int leaf, int subleaf, int apicId) {
        CpuidResult override = overrides.get(new Key(leaf, subleaf));
        return override != null ? override : standard(leaf, subleaf, apicId);
    }

    /** True if the hypervisor knows a leaf; one that it does not know has no content. */
    public boolean isImplemented(int leaf) {
        int first = leaf & 0xf000_0000;
        int last = first == 0x4000_0000 ? HYPERVISOR_MAX : first == 0x8000_0000 ? EXTENDED_MAX : STANDARD_MAX;
        boolean known = (first == 0 || first == 0x4000_0000 || first == 0x8000_0000)
                && Integer.compareUnsigned(leaf, last) <= 0;
        return known || overrides.keySet().stream().anyMatch(key -> key.leaf == leaf);
    }

    private CpuidResult standard(int leaf, int subleaf, int apicId) {
        return switch (leaf) {
            case 0x0 ->
                isAmd()
                        ? text(STANDARD_MAX, "AuthenticAMD", true)
                        : text(isTd() ? TD_LEAF : STANDARD_MAX, "GenuineIntel", true);
            case 0x1 ->
                new CpuidResult(
                        isAmd() ? SIGNATURE_AMD : SIGNATURE_INTEL,
                        (apicId & 0xff) << 24,
                        HYPERVISOR_PRESENT | SSE3 | (features.x2apic ? X2APIC : 0),
                        LEAF_1_EDX);
            case 0xb -> topology(subleaf, apicId);
            case 0x15 ->
                features.tscRatioNumerator == 0
                        ? CpuidResult.NONE
                        : new CpuidResult(2, features.tscRatioNumerator, 0, 0);
            case TD_LEAF -> isTd() ? text(0, "IntelTDX    ", true) : CpuidResult.NONE;
            case 0x4000_0000 -> text(HYPERVISOR_MAX, "Microsoft Hv", false);
            case 0x4000_0001 -> new CpuidResult(0x3123_7648, 0, 0, 0);
            case 0x4000_0002 -> new CpuidResult(0x0000_6789, 0x000a_0000, 0, 0);
            case 0x4000_0003 ->
                new CpuidResult((int) features.privileges, (int) (features.privileges >>> Integer.SIZE), 0, 0);
            case 0x4000_0005 -> new CpuidResult(Math.max(features.vpCount, 2048), 2048, 0, 0);
            case 0x4000_000c -> new CpuidResult(0, features.isolationType, 0, 0);
            case 0x8000_0000 -> new CpuidResult(isAmd() ? SEV_LEAF : EXTENDED_MAX, 0, 0, 0);
            case 0x8000_0001 -> new CpuidResult(0, 0, 1, EXTENDED_EDX);
            case 0x8000_0008 -> new CpuidResult(0x3000 | features.physicalAddressBits, 0, 0, 0);
            case SEV_LEAF -> isAmd() ? new CpuidResult(SEV_EAX, SEV_EBX, 0, 0) : CpuidResult.NONE;
            default -> CpuidResult.NONE;
        };
    }

    private boolean isAmd() {
        return features.isolationType == SNP;
    }

    private boolean isTd() {
        return features.isolationType == TDX;
    }

    /** One thread per core, all cores in one package. */
    private CpuidResult topology(int subleaf, int apicId) {
        return switch (subleaf) {
            case 0 -> new CpuidResult(0, 1, 0x100, apicId);
            case 1 ->
                new CpuidResult(
                        Integer.SIZE - Integer.numberOfLeadingZeros(features.vpCount - 1),
                        features.vpCount,
                        0x201,
                        apicId);
            default -> new CpuidResult(0, 0, subleaf & 0xff, apicId);
        };
    }

    /** Twelve characters: EBX EDX ECX for the processor's vendor, EBX ECX EDX for the hypervisor's. */
    private static CpuidResult text(int eax, String text, boolean vendorOrder) {
        int first = word(text, 0);
        int second = word(text, 4);
        int third = word(text, 8);
        return vendorOrder ? new CpuidResult(eax, first, third, second) : new CpuidResult(eax, first, second, third);
    }

    private static int word(String text, int at) {
        return text.charAt(at) | text.charAt(at + 1) << 8 | text.charAt(at + 2) << 16 | text.charAt(at + 3) << 24;
    }
}
