package dev.igvmtool.debugger.dap;

import dev.igvmtool.debugger.Condition.Place;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/**
 * Something that is shown with its value.
 *
 * @param name unique beside its neighbours
 * @param path how it is named on its own, in an expression; empty if it cannot be
 * @param inside what it consists of, looked at when somebody asks
 * @param place the bytes that it is, if it is in memory
 * @param setter gives it another value, if that is possible
 */
record Item(
        String name,
        String value,
        String path,
        Optional<Supplier<List<Item>>> inside,
        Optional<Place> place,
        Optional<LongConsumer> setter) {
    /** Something that is just a text. */
    static Item text(String name, String value) {
        return new Item(name, value, "", Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** Something that has parts. */
    static Item group(String name, String value, Supplier<List<Item>> inside) {
        return new Item(name, value, "", Optional.of(inside), Optional.empty(), Optional.empty());
    }
}
