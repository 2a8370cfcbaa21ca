package dev.igvmtool.format;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.igvmtool.abi.arm.Aarch64Register;
import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.format.context.VbsRegister;
import dev.igvmtool.format.context.VbsVpContext;
import dev.igvmtool.format.header.CorimDocument;
import dev.igvmtool.format.header.CorimSignature;
import dev.igvmtool.format.header.GuestPolicy;
import dev.igvmtool.format.header.PageData;
import dev.igvmtool.format.header.PageDataFlags;
import dev.igvmtool.format.header.PageDataType;
import dev.igvmtool.format.header.PageTableRelocationRegion;
import dev.igvmtool.format.header.Parameter;
import dev.igvmtool.format.header.ParameterArea;
import dev.igvmtool.format.header.ParameterInsert;
import dev.igvmtool.format.header.ParameterKind;
import dev.igvmtool.format.header.PlatformType;
import dev.igvmtool.format.header.RelocatableRegion;
import dev.igvmtool.format.header.RequiredMemory;
import dev.igvmtool.format.header.SupportedPlatform;
import dev.igvmtool.format.header.VpContext;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Files whose bytes are known from the reference: size and SHA-256 were printed by the igvm crate 0.4. */
class IgvmWriterTest {
    private static PageData page(long gpa, PageDataFlags flags, PageDataType type, Bytes content) {
        return new PageData(gpa, 1, flags, type, content);
    }

    private static PageData page(long gpa, Bytes content) {
        return page(gpa, PageDataFlags.NONE, PageDataType.NORMAL, content);
    }

    private static Bytes filled(int value) {
        byte[] content = new byte[4096];
        Arrays.fill(content, (byte) value);
        return Bytes.wrap(content);
    }

    private static void assertWrites(int size, String sha256, IgvmFile file) throws NoSuchAlgorithmException {
        Bytes written = IgvmWriter.toBytes(file);
        assertEquals(size, written.size());
        assertEquals(
                sha256,
                Bytes.wrap(MessageDigest.getInstance("SHA-256").digest(written.toByteArray()))
                        .toHex());
    }

    @Test
    void padsAShortPage() throws NoSuchAlgorithmException {
        assertWrites(
                4176,
                "690a17c70759ba30d86a7bde20aa83847a69ddebe62983ec9df479ad847f5e4f",
                new IgvmFile(
                        Revision.V1,
                        List.of(new SupportedPlatform(1, 0, PlatformType.VSM_ISOLATION, 1, 0)),
                        List.of(),
                        List.of(page(0x1000, Bytes.utf8("IGVM")))));
    }

    @Test
    void storesEqualPagesOnce() throws NoSuchAlgorithmException {
        byte[] elevens = new byte[16];
        Arrays.fill(elevens, (byte) 0x11);
        byte[] vmsa = new byte[4096];
        vmsa[0x178] = (byte) 0xf0;
        vmsa[0x179] = (byte) 0xff;
        vmsa[0x3b0] = 1;
        assertWrites(
                12704,
                "18c767af69c71156e59de7150668deaef1650d697aa921e3c07ce7e102749057",
                new IgvmFile(
                        Revision.V2_X64,
                        List.of(new SupportedPlatform(1, 0, PlatformType.SEV_SNP, 1, 0x4000_0000_0000L)),
                        List.of(new GuestPolicy(0x30000, 1)),
                        List.of(
                                new ParameterArea(4096, 0, Bytes.EMPTY),
                                new Parameter(ParameterKind.VP_COUNT, 0, 0),
                                new Parameter(ParameterKind.MEMORY_MAP, 0, 8),
                                page(0x10_0000, filled(0xaa)),
                                page(0x10_1000, Bytes.EMPTY),
                                page(0x10_2000, filled(0xaa)),
                                page(0x10_3000, PageDataFlags.NONE, PageDataType.SECRETS, Bytes.EMPTY),
                                page(0x10_4000, PageDataFlags.NONE, PageDataType.CPUID_DATA, Bytes.EMPTY),
                                page(0x10_5000, PageDataFlags.UNMEASURED, PageDataType.NORMAL, Bytes.of(elevens)),
                                new ParameterInsert(0x10_6000, 1, 0),
                                new VpContext(0xffff_ffff_f000L, 1, 0, Bytes.of(vmsa)),
                                new RequiredMemory(0x10_0000, 1, 0x7000, false))));
    }

    @Test
    void writesRelocationAndCorimForAarch64() throws NoSuchAlgorithmException {
        VbsVpContext context = new VbsVpContext(
                2,
                List.of(
                        VbsRegister.ofU64(Aarch64Register.PC.number(), 0x20_0000),
                        VbsRegister.ofU64(Aarch64Register.TTBR0_EL1.number(), 0x40_0000),
                        VbsRegister.ofU64(Aarch64Register.TCR_EL1.number(), 0x19)));
        assertWrites(
                4500,
                "ffbdfef1e638c5f5f6aa8beea5aba3e9c4fe7a14dcef31fcd8ae8fd10ebc43b0",
                new IgvmFile(
                        Revision.V2_AARCH64,
                        List.of(new SupportedPlatform(1, 2, PlatformType.VSM_ISOLATION, 1, 0)),
                        List.of(
                                new RelocatableRegion(
                                        1, 0, 2, 3, 0x20_0000, 0x20_0000, 0x20_0000, 0x20_0000, 0x4000_0000),
                                new PageTableRelocationRegion(1, 0, 2, 0x40_0000, 0x2000, 0x1000),
                                new CorimDocument(1, Bytes.fromHex("a1020304")),
                                new CorimSignature(1, Bytes.fromHex("d28443a1"))),
                        List.of(
                                page(0x20_0000, Bytes.fromHex("1f2003d5")),
                                page(0x40_0000, Bytes.EMPTY),
                                new VpContext(0, 1, 0, context.toBytes()))));
    }
}
