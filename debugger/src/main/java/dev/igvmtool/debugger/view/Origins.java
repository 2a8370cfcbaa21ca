package dev.igvmtool.debugger.view;

import java.util.Optional;

/** Where the bytes of a freshly loaded machine come from. */
@FunctionalInterface
public interface Origins {
    /** Nothing is known. */
    Origins UNKNOWN = gpa -> Optional.empty();

    /** The origin of the byte at an address; empty if nothing was loaded there. */
    Optional<Origin> at(long gpa);

    /**
     * Where bytes come from.
     *
     * @param header the directive of the image that brings them, such as {@code directive 12, PAGE_DATA}
     * @param place where they stand in the image file or what the host makes them of; one line
     * @param resource what the manifest calls them and where in which file they stand; empty if it is not known
     * @param end first address for which this no longer holds
     */
    record Origin(String header, String place, String resource, long end) {
        /** One line. */
        @Override
        public String toString() {
            return header + (place.isEmpty() ? "" : ", " + place) + (resource.isEmpty() ? "" : "; " + resource);
        }
    }
}
