package dev.igvmtool.cli.verdict;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.igvmtool.attestation.verdict.Check;
import dev.igvmtool.attestation.verdict.Group;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class VerdictJsonTest {
    /** Scripts rely on these names: a change here is a change of the schema's number. */
    @Test
    void fieldsHaveStableNames() throws IOException {
        Group tree = new Group(
                "report",
                List.of(
                        Check.equal("version", 2, 3, "ABI 1").withNote("old"),
                        Check.missing("leaf", "ABI 2", "no certificate"),
                        Check.skipped("vmpl", "0", "ABI 3", "not asked")));
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            VerdictJson.write(tree, json);
        }
        assertEquals(
                "{\"name\":\"report\",\"outcome\":\"fail\",\"children\":["
                        + "{\"name\":\"version\",\"outcome\":\"fail\",\"required\":true,\"found\":\"2\",\"expected\":\"3\","
                        + "\"clause\":\"ABI 1\",\"note\":\"old\"},"
                        + "{\"name\":\"leaf\",\"outcome\":\"not checked\",\"required\":true,\"found\":\"\",\"expected\":\"\","
                        + "\"clause\":\"ABI 2\",\"note\":\"no certificate\"},"
                        + "{\"name\":\"vmpl\",\"outcome\":\"not checked\",\"required\":false,\"found\":\"0\",\"expected\":\"\","
                        + "\"clause\":\"ABI 3\",\"note\":\"not asked\"}]}",
                text.toString());
    }
}
