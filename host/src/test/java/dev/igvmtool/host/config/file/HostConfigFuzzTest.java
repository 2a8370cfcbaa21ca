package dev.igvmtool.host.config.file;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.igvmtool.document.DocumentException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Host configurations are read, or refused with a place. */
class HostConfigFuzzTest {
    private static final Path NOWHERE = Path.of("/nonexistent");

    static Stream<byte[]> seeds() {
        return Stream.concat(HostConfigs.GOOD.stream(), HostConfigs.BAD.stream())
                .flatMap(text -> Stream.of(text, text.replace("{", "{\n ").replace(", ", ",\n  ")))
                .map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    @MethodSource("seeds")
    @FuzzTest
    void configurationsAreReadOrRefused(byte[] content) {
        String text = new String(content, StandardCharsets.UTF_8);
        for (String name : List.of("h.json", "h.yaml")) {
            try {
                HostConfigReader.read(name, text, NOWHERE).build();
            } catch (DocumentException refused) {
                if (!refused.getMessage().startsWith(name)
                        || refused.getMessage().contains("\n")) {
                    throw new AssertionError("no line with a place: " + refused.getMessage(), refused);
                }
            }
        }
    }
}
