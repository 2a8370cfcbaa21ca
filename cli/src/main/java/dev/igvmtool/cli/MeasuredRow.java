package dev.igvmtool.cli;

import dev.igvmtool.abi.binary.Bytes;
import dev.igvmtool.measurement.Coverage;
import dev.igvmtool.measurement.Step;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A digest that {@code measure} found, with what led to it.
 *
 * @param name platform or register
 * @param facts what else a script may want to know, by field name
 * @param label what tells rows of the same name apart, before the digest; may be empty
 * @param digest what was found
 * @param steps tells every step to who asks; there may be many, so they are made again rather than kept
 * @param coverage if asked for
 */
record MeasuredRow(
        String name,
        Map<String, String> facts,
        String label,
        Bytes digest,
        Consumer<Consumer<Step>> steps,
        Optional<Coverage> coverage) {
    /** No steps. */
    static final Consumer<Consumer<Step>> NO_STEPS = listener -> {};
}
