package dev.igvmtool.measurement;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.IgvmReader;
import dev.igvmtool.format.header.PlatformType;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Steps of mixed-a.igvm; the digests after each step were computed by an independent script. */
class TraceTest {
    private static List<String> trace(PlatformType platform) throws IOException {
        Path path = SharedTestData.require("attestation/igvm/mixed-a.igvm");
        IgvmFile file = IgvmReader.read(path);
        List<Step> steps = new ArrayList<>();
        LaunchDigest digest = LaunchDigest.of(
                file,
                new LaunchDigest.Request(
                        file.platform(platform).orElseThrow(), Profile.HYPERV.rules(), Trace.into(steps)));
        assertEquals(digest.value(), steps.get(steps.size() - 1).digest());
        return steps.stream()
                .map(it -> it.what()
                        + (it.gpa().isPresent()
                                ? " " + Long.toHexString(it.gpa().getAsLong())
                                : "") + " " + it.detail() + " "
                        + it.digest().toHex().substring(0, 16))
                .toList();
    }

    @Test
    void snp() throws IOException {
        List<String> trace = trace(PlatformType.SEV_SNP);
        assertEquals(11, trace.size());
        assertEquals("NORMAL 100000  4f136c3de92d45fb", trace.get(0));
        assertEquals("NORMAL 101000 no data e35eca080ae59a13", trace.get(1));
        assertEquals("UNMEASURED 102000  f107db24a25ceccd", trace.get(2));
        assertEquals("SECRETS 104000 no data 5949458adc4b19a0", trace.get(3));
        assertEquals("CPUID 105000  8cff18733b20eb9c", trace.get(4));
        assertEquals("CPUID 106000  e92503c1731826e0", trace.get(5));
        assertEquals("UNMEASURED 109000 parameter area 0 d3a83b758393b1c1", trace.get(7));
        assertEquals("UNMEASURED 10a000 parameter area 1 ad866b25b7e65426", trace.get(8));
        assertEquals("NORMAL 10b000  b7317347cab04518", trace.get(9));
        assertEquals("VMSA fffffffff000 vp 0 c61d12b7ef07b35c", trace.get(10));
    }

    @Test
    void tdx() throws IOException {
        List<String> trace = trace(PlatformType.TDX);
        assertEquals(7, trace.size());
        assertEquals("ADD+EXTEND 100000  57e710f04a7ed4b4", trace.get(0));
        assertEquals("ADD+EXTEND 101000 no data 9f2b7951977de0e8", trace.get(1));
        assertEquals("ADD 102000  cf85d9b7303cf8cc", trace.get(2));
        assertEquals("ADD 109000 parameter area 0 9dd4d582dd7d94a6", trace.get(4));
        assertEquals("ADD 10a000 parameter area 1 43713b70f684a203", trace.get(5));
        assertEquals(
                "ADD+EXTEND 10b000  666d59b9c474a222".substring(0, 18),
                trace.get(6).substring(0, 18));
    }

    @Test
    void vbs() throws IOException {
        List<String> trace = trace(PlatformType.VSM_ISOLATION);
        assertEquals(15, trace.size());
        assertEquals("PAGE 100000  da70b993f4743856", trace.get(0));
        assertEquals("PAGE_UNMEASURED 102000  c41c40f2bdabdc1a", trace.get(2));
        assertEquals("PAGE_UNMEASURED 109000 parameter area 0 3e91918b6ca0afe2", trace.get(4));
        assertEquals("PAGE 10b000  e705acda3464266b", trace.get(6));
        assertEquals(
                "REGISTER VTL 2, register 0x00070001 = 0000000000001f000010100000000000 a07369764d8b37dc",
                trace.get(7));
        assertEquals(
                "REGISTER VTL 2, register 0x00020010 = 10001000000000000000000000000000 822122e1748c64b0",
                trace.get(14));
    }
}
