package dev.igvmtool.measurement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.format.IgvmFile;
import dev.igvmtool.format.IgvmReader;
import dev.igvmtool.format.header.CorimDocument;
import dev.igvmtool.format.header.PlatformType;
import dev.igvmtool.measurement.corim.CorimEnvironment;
import dev.igvmtool.measurement.corim.Endorsement;
import dev.igvmtool.testing.SharedTestData;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The values that {@code testdata/attestation/README.md} and {@code spec/measurement.md} give in tables. */
class PublishedDigestsTest {
    private static final List<PlatformType> COLUMNS =
            List.of(PlatformType.SEV_SNP, PlatformType.TDX, PlatformType.VSM_ISOLATION);
    private static final Pattern FILE = Pattern.compile("[a-z0-9-]+\\.igvm");
    private static final Pattern STEP =
            Pattern.compile("\\| ([^|]+) \\| (0x[0-9a-f]+|–) \\| `([0-9a-f]{64}|[0-9a-f]{96})` \\|");

    private static IgvmFile image(String name) throws IOException {
        return IgvmReader.read(SharedTestData.require("attestation/igvm/" + name));
    }

    @Test
    void imagesHaveTheDigestsOfTheTable() throws IOException {
        int compared = 0;
        for (String line : Files.readAllLines(SharedTestData.require("attestation/README.md"))) {
            String[] cells = line.split("\\|", -1);
            if (cells.length != COLUMNS.size() + 3 || !FILE.matcher(cells[1]).find()) {
                continue;
            }
            for (Matcher file = FILE.matcher(cells[1]); file.find(); ) {
                for (int i = 0; i < COLUMNS.size(); i++) {
                    String expected = cells[i + 2].replace("`", "").strip();
                    if (!expected.isEmpty()) {
                        IgvmFile image = image(file.group());
                        assertEquals(
                                expected,
                                LaunchDigest.of(image, COLUMNS.get(i)).value().toHex(),
                                file.group() + ", " + COLUMNS.get(i));
                        compared++;
                    }
                }
            }
        }
        assertEquals(14, compared);
    }

    @Test
    void everyStepHasTheDigestOfTheTable() throws IOException {
        String text = Files.readString(SharedTestData.require("../spec/measurement.md"));
        IgvmFile image = image("mixed-a.igvm");
        for (PlatformType platform : COLUMNS) {
            String name = platform == PlatformType.SEV_SNP ? "SNP" : platform == PlatformType.TDX ? "TDX" : "VBS";
            int start = text.indexOf("| " + name + " step | GPA |");
            assertTrue(start > 0, name);
            Matcher step = STEP.matcher(text.substring(start, text.indexOf("\n\n", start)));
            List<Step> steps = new ArrayList<>();
            LaunchDigest.of(
                    image,
                    new LaunchDigest.Request(
                            image.platform(platform).orElseThrow(), Profile.HYPERV.rules(), Trace.into(steps)));
            List<String> digests = steps.stream().map(it -> it.digest().toHex()).toList();
            int compared = 0;
            int last = -1;
            while (step.find()) {
                // A row may stand for several pages of a parameter area, of which the last has its digest.
                int index = digests.indexOf(step.group(3));
                assertTrue(index > last, name + ", " + step.group());
                last = index;
                compared++;
            }
            assertTrue(compared >= 6, name + ": " + compared);
            assertEquals(digests.size() - 1, last);
        }
    }

    @Test
    void documentsOfTheImageAreThoseBesideIt() throws IOException {
        IgvmFile image = image("mixed-a-with-corim.igvm");
        for (CorimEnvironment environment : CorimEnvironment.values()) {
            String name = "mixed-a-" + environment.name().toLowerCase(Locale.ROOT) + ".cbor";
            Bytes document = Bytes.wrap(Files.readAllBytes(SharedTestData.require("attestation/corim/" + name)));
            assertTrue(
                    image.initializations().stream()
                            .anyMatch(it -> it instanceof CorimDocument corim
                                    && corim.document().equals(document)),
                    name);
            assertEquals(22, Endorsement.read(document).svn(), name);
        }
    }

    @Test
    void kvmLaunchesBothAsTheFilesSay() throws IOException {
        assertEquals(List.of(), KvmRules.violations(image("mixed-a.igvm")));
        assertEquals(List.of(), KvmRules.violations(image("mixed-c.igvm")));
    }
}
