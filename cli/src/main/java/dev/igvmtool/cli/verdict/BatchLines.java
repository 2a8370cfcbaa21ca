package dev.igvmtool.cli.verdict;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.abi.binary.FormatException;
import dev.igvmtool.attestation.Endorsements;
import dev.igvmtool.attestation.Expectations;
import dev.igvmtool.attestation.json.JsonDocument;
import dev.igvmtool.attestation.json.JsonObject;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The lines of an NDJSON stream: objects with {@code evidence} and, if wanted, {@code id}, {@code endorsements} (a list) and
 * {@code report_data}. Binary content is base64 or hexadecimal. Lines are split here and read by whoever wants the item.
 */
public final class BatchLines implements Iterator<Supplier<BatchItem>> {
    private static final Set<String> NAMES = Set.of("id", "evidence", "endorsements", "report_data");
    private static final int MAX_LINE_BYTES = 1 << 20;

    private final InputStream in;
    private final Expectations expectations;
    private Optional<Supplier<BatchItem>> next = Optional.empty();
    private boolean ended;

    /** @param expectations of the whole batch */
    public BatchLines(InputStream in, Expectations expectations) {
        this.in = new BufferedInputStream(in);
        this.expectations = expectations;
    }

    @Override
    public boolean hasNext() {
        while (next.isEmpty() && !ended) {
            try {
                next = line();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return next.isPresent();
    }

    @Override
    public Supplier<BatchItem> next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        Supplier<BatchItem> result = next.orElseThrow();
        next = Optional.empty();
        return result;
    }

    /** The next line; empty if it is blank or there is none. A line that is too long is passed over, not kept. */
    private Optional<Supplier<BatchItem>> line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        long size = 0;
        int character;
        while ((character = in.read()) >= 0 && character != '\n') {
            size++;
            if (size <= MAX_LINE_BYTES) {
                line.write(character);
            }
        }
        ended = character < 0;
        if (size > MAX_LINE_BYTES) {
            long length = size;
            return Optional.of(() -> {
                throw new FormatException("line of " + length + " bytes, expected at most " + MAX_LINE_BYTES);
            });
        }
        Bytes text = Bytes.wrap(line.toByteArray());
        return text.toUtf8().isBlank() ? Optional.empty() : Optional.of(() -> item(text));
    }

    private BatchItem item(Bytes text) {
        JsonObject object = JsonDocument.read(text).root();
        object.refuseOthersThan(NAMES);
        Endorsements endorsements = Endorsements.NONE;
        for (String endorsement : object.texts("endorsements")) {
            endorsements = endorsements.and(Endorsements.read(Bytes.utf8(endorsement)));
        }
        Expectations asked = object.text("report_data").isEmpty()
                ? expectations
                : expectations.withReportData(object.hexUpTo("report_data", Expectations.REPORT_DATA_BYTES)
                        .paddedTo(Expectations.REPORT_DATA_BYTES));
        return new BatchItem(
                object.text("id").orElse(""), Bytes.utf8(object.requiredText("evidence")), endorsements, asked);
    }
}
