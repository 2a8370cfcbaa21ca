package dev.igvmtool.measurement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.Revision;
import dev.igvmtool.format.context.VbsRegister;
import dev.igvmtool.format.context.VbsVpContext;
import dev.igvmtool.format.header.Directive;
import dev.igvmtool.format.header.ErrorRange;
import dev.igvmtool.format.header.GuestPolicy;
import dev.igvmtool.format.header.PageData;
import dev.igvmtool.format.header.PageDataFlags;
import dev.igvmtool.format.header.PageDataType;
import dev.igvmtool.format.header.ParameterArea;
import dev.igvmtool.format.header.ParameterInsert;
import dev.igvmtool.format.header.PlatformType;
import dev.igvmtool.format.header.SupportedPlatform;
import dev.igvmtool.format.header.VpContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class LaunchDigestTest {
    private static final int MASK = 1;

    private static String digest(PlatformType platform, Directive... directives) {
        return digest(platform, List.of(directives));
    }

    private static String digest(PlatformType platform, List<Directive> directives) {
        IgvmFile file = new IgvmFile(
                Revision.V1,
                List.of(new SupportedPlatform(MASK, 2, platform, 1, 0)),
                List.of(new GuestPolicy(0x3001f, MASK)),
                directives);
        return LaunchDigest.of(file, platform).value().toHex();
    }

    private static PageData page(long gpa, PageDataFlags flags, PageDataType type, Bytes content) {
        return new PageData(gpa, MASK, flags, type, content);
    }

    private static PageData filled(long gpa, int value) {
        byte[] content = new byte[4096];
        Arrays.fill(content, (byte) value);
        return page(gpa, PageDataFlags.NONE, PageDataType.NORMAL, Bytes.wrap(content));
    }

    @Test
    void snpChainsThePageInfoOfEachPage() {
        assertEquals(
                "29da8911b2ba48d19829376124d2d73954ef46789661f54e7a7f3809160f6fd8e2b02e0f39199e9edfba6e1c7ab5b0cb",
                digest(PlatformType.SEV_SNP, filled(0, 0xcc)));
        assertEquals(
                "5987c91c61f0c2e8d7a6942ca46b56ba651572b8947956533d84c88cb7d98aaf7f638461e0d3e64a7110d769597540cd",
                digest(PlatformType.SEV_SNP, filled(0, 0xcc), filled(0x1000, 0xdd)));
    }

    @Test
    void snpKnowsEveryKindOfPage() {
        List<Directive> directives = new ArrayList<>();
        directives.add(page(0x100000, PageDataFlags.NONE, PageDataType.NORMAL, Bytes.utf8("IGVM")));
        assertEquals(
                "a218818a6f7adf4de25941f738e19247ce792591446d21b43670cc3a5597d7c2ae6bbbbc1cbfa2e94a8c5751f4390fb7",
                digest(PlatformType.SEV_SNP, directives));
        directives.add(page(0x101000, PageDataFlags.UNMEASURED, PageDataType.NORMAL, Bytes.utf8("ignored")));
        assertEquals(
                "afdc1688c94d79aecef9fafb0bc6de5a90773a31eaecb44fa0355a49c16d3e7d715a2b6537768ae150c80e9be94f8c5b",
                digest(PlatformType.SEV_SNP, directives));
        directives.add(page(0x102000, PageDataFlags.NONE, PageDataType.SECRETS, Bytes.EMPTY));
        assertEquals(
                "e10dd227556948095e24eb941c021185d99835f1074c67ac544371e03335a7f6b0c1d3be8d085f2ff1559913822e3412",
                digest(PlatformType.SEV_SNP, directives));
        directives.add(page(0x103000, PageDataFlags.UNMEASURED, PageDataType.CPUID_DATA, Bytes.utf8("ignored")));
        assertEquals(
                "76c14d9cb82766ba406e79a051d7b7193a967d9e87a302fdd78599ae80e021f861fa8d79ce6dc29fda1db3aa03cf0de6",
                digest(PlatformType.SEV_SNP, directives));
    }

    @Test
    void tdxAddsAndExtends() {
        assertEquals(
                "d8585c0fe9f500f7ec21936be616a9ff16969a6a47e9483c9561b2e2fd9412bdcced56518174f17dc0a85326ff4b5aa8",
                digest(PlatformType.TDX, filled(0, 0xee), filled(0x1000, 0xff)));
        assertEquals(
                "8f3e9a8aca6784eab874f7aa4dda5d49104a88047f1f86695ef2a88f5691a90e34aac48ce45ffa1f5a23c7d62980d570",
                digest(
                        PlatformType.TDX,
                        page(0, PageDataFlags.UNMEASURED, PageDataType.NORMAL, Bytes.utf8("ignored"))));
        assertEquals(
                "236f0efa607ff8843f1855d7ef80dc3dda8fb455787a186b8787212951eab0096e3193bb26f817c2b63c21f5e10f9938",
                digest(PlatformType.TDX, page(0, PageDataFlags.NONE, PageDataType.NORMAL, Bytes.EMPTY)));
    }

    @Test
    void anEmptyTdHasTheHashOfNothing() {
        assertEquals(
                "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b",
                digest(PlatformType.TDX));
    }

    @Test
    void vbsHashesRegistersAfterAllPages() {
        VpContext context = new VpContext(
                0, MASK, 0, new VbsVpContext(0, List.of(VbsRegister.ofU64(0x0002_0010, 0x1000))).toBytes());
        assertEquals(
                "aa9a1ac323dc94c90907328d2f60da581d543b071ff688e5b1e78a8a34ae469e",
                digest(PlatformType.VSM_ISOLATION, context, filled(0, 0xaa), filled(0x1000, 0xbb)));
        assertEquals(
                "39d40dbe8a2adda58161a0369f39c4670a104dd3036c8d63522b12d11232ee09",
                digest(PlatformType.VSM_ISOLATION, filled(0, 0xaa), filled(0x1000, 0xbb)));
    }

    @Test
    void vbsCountsErrorRangesByPage() {
        assertEquals(
                "54a52c3bd95d5dd4590354b876b8706edea167c2161c3cbfc3a8732c5fe918cb",
                digest(PlatformType.VSM_ISOLATION, new ErrorRange(0x10000, MASK, 0x1000)));
    }

    @Test
    void agreesWithTheGeneratorsOwnCase() {
        List<Directive> directives = new ArrayList<>();
        Bytes content = Bytes.of((byte) 0, (byte) 5);
        for (int i = 0; i < 5; i++) {
            directives.add(page(i * 4096L, PageDataFlags.NONE, PageDataType.NORMAL, i == 0 ? content : Bytes.EMPTY));
        }
        for (int i = 5; i < 10; i++) {
            directives.add(
                    page(i * 4096L, PageDataFlags.UNMEASURED, PageDataType.NORMAL, i == 5 ? content : Bytes.EMPTY));
        }
        directives.add(page(10 * 4096L, PageDataFlags.NONE, PageDataType.NORMAL, content));
        directives.add(page(20 * 4096L, PageDataFlags.SHARED, PageDataType.NORMAL, content));
        assertEquals(
                "889a19386c82e2219bded3e92a764e8c00c29b966d04a662bca6cfdfec647b9051995653390783846557913263d71c4f",
                digest(PlatformType.SEV_SNP, directives));
        assertEquals(
                "30134c9bb89cd72d8a418d1e7afb75927f45e8571dda7ac7be87d4b6c72ca64c",
                digest(PlatformType.VSM_ISOLATION, directives));
        assertEquals(
                "f27e034eb6ac59aa46c29ca630d3dc6344a88de5bfdd84d5564749f403602396f3b2471a4e9272a75c50ae31f6319479",
                digest(PlatformType.TDX, directives));
    }

    @Test
    void directivesOfOtherPlatformsDoNotCount() {
        PageData other = new PageData(0, 2, PageDataFlags.NONE, PageDataType.NORMAL, Bytes.EMPTY);
        for (PlatformType platform : List.of(PlatformType.SEV_SNP, PlatformType.TDX, PlatformType.VSM_ISOLATION)) {
            assertEquals(digest(platform), digest(platform, other));
        }
    }

    @Test
    void refusesWhatItCannotMeasure() {
        assertThrows(FormatException.class, () -> digest(PlatformType.NATIVE));
        assertThrows(FormatException.class, () -> digest(PlatformType.TDX, new ParameterInsert(0, MASK, 7)));
        assertThrows(
                FormatException.class,
                () -> digest(
                        PlatformType.TDX,
                        new ParameterArea(1L << 62, 7, Bytes.EMPTY),
                        new ParameterInsert(0, MASK, 7)));
        assertThrows(
                FormatException.class,
                () -> digest(
                        PlatformType.VSM_ISOLATION, page(0, PageDataFlags.NONE, PageDataType.CPUID_DATA, Bytes.EMPTY)));
        IgvmFile noPolicy = new IgvmFile(
                Revision.V1, List.of(new SupportedPlatform(MASK, 2, PlatformType.SEV_SNP, 1, 0)), List.of(), List.of());
        assertThrows(FormatException.class, () -> LaunchDigest.of(noPolicy, PlatformType.SEV_SNP));
        assertThrows(FormatException.class, () -> LaunchDigest.of(noPolicy, PlatformType.TDX));
    }
}
