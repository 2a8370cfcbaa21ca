package dev.igvmtool.format.show;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.IgvmReader;
import dev.igvmtool.format.Revision;
import dev.igvmtool.format.context.VbsRegister;
import dev.igvmtool.format.context.VbsVpContext;
import dev.igvmtool.format.context.X64Register;
import dev.igvmtool.format.header.PageData;
import dev.igvmtool.format.header.PageDataFlags;
import dev.igvmtool.format.header.PageDataType;
import dev.igvmtool.format.header.PlatformType;
import dev.igvmtool.format.header.SupportedPlatform;
import dev.igvmtool.format.header.UnknownDirective;
import dev.igvmtool.format.header.VpContext;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ListingTest {
    private static PageData page(long gpa, PageDataFlags flags, Bytes content) {
        return new PageData(gpa, 1, flags, PageDataType.NORMAL, content);
    }

    private static final IgvmFile FILE = new IgvmFile(
            Revision.V1,
            List.of(new SupportedPlatform(1, 2, PlatformType.VSM_ISOLATION, 1, 0)),
            List.of(),
            List.of(
                    page(0x1000, PageDataFlags.NONE, Bytes.fromHex("01")),
                    page(0x2000, PageDataFlags.NONE, Bytes.EMPTY),
                    page(0x3000, PageDataFlags.SHARED, Bytes.EMPTY),
                    page(0x5000, PageDataFlags.SHARED, Bytes.EMPTY),
                    new VpContext(
                            0,
                            1,
                            0,
                            new VbsVpContext(2, List.of(VbsRegister.ofU64(X64Register.RIP.number(), 0x1000)))
                                    .toBytes()),
                    new UnknownDirective(0x8000_03f0, Bytes.utf8("\u001b[2J"))));

    @Test
    void joinsPagesThatFollowEachOther() {
        assertEquals(
                List.of(
                        "IGVM format version 1, architecture X64",
                        "platforms:",
                        "  SUPPORTED_PLATFORM  mask 0x1  platform VSM_ISOLATION  highestVtl 2  version 1"
                                + "  sharedGpaBoundary 0x0",
                        "initialization:",
                        "directives:",
                        "  PAGE_DATA  mask 0x1  gpa 0x1000-0x3000  pages 2  type NORMAL  import measured"
                                + "  content 1 with data",
                        "  PAGE_DATA  mask 0x1  gpa 0x3000-0x4000  pages 1  type NORMAL  import shared  content none",
                        "  PAGE_DATA  mask 0x1  gpa 0x5000-0x6000  pages 1  type NORMAL  import shared  content none",
                        "  VP_CONTEXT  mask 0x1  vp 0  gpa 0x0  size 36  vtl 2  rip 0x1000",
                        "  UNKNOWN  type 0x800003f0  size 4  content 1b5b324a"),
                Listing.of(FILE).lines());
    }

    @Test
    void hasOneViewForEachHeader() {
        List<HeaderView> views = HeaderView.of(FILE);

        assertEquals(7, views.size());
        assertEquals("platform", views.get(0).section());
        assertEquals(0x302, views.get(2).type());
        assertEquals("0x2000", views.get(2).fields().get("gpa"));
        assertEquals(6, views.get(6).index());
    }

    @Test
    void showsAReferenceImageInFewLines() throws IOException {
        IgvmFile file = IgvmReader.read(
                SharedTestData.require("golden/cases/openhcl-x64-cvm-dev/expected/openhcl-x64-cvm-dev.bin"));

        Listing listing = Listing.of(file);

        assertTrue(listing.lines().size() < 200, "lines: " + listing.lines().size());
        assertTrue(file.directives().size() > 1000);
        assertEquals(
                3,
                listing.lines().stream()
                        .filter(line -> line.contains("SUPPORTED_PLATFORM"))
                        .count());
    }
}
