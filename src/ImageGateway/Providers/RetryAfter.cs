using System.Globalization;
using System.Net.Http.Headers;

namespace ImageGateway.Providers;

/// <summary>How long a provider asks to be left alone: <c>retry-after-ms</c>, Azure's <c>x-ms-retry-after-ms</c>, or <c>Retry-After</c> in seconds or as a date.</summary>
internal static class RetryAfter
{
    // A day: what is longer is a mistake of the provider's, or an account's end.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <summary>The wait the headers ask for, 0 to 24 hours; null when they say nothing.</summary>
    public static TimeSpan? Read(HttpResponseHeaders headers, DateTimeOffset now)
    {
        var wait = Milliseconds(headers, "retry-after-ms") ?? Milliseconds(headers, "x-ms-retry-after-ms")
            ?? headers.RetryAfter?.Delta ?? headers.RetryAfter?.Date - now;
        return wait is { } value ? TimeSpan.FromTicks(Math.Clamp(value.Ticks, 0, Longest.Ticks)) : null;
    }

    private static TimeSpan? Milliseconds(HttpResponseHeaders headers, string name) =>
        headers.TryGetValues(name, out var values)
        && double.TryParse(values.First(), NumberStyles.Float, CultureInfo.InvariantCulture, out var milliseconds)
        && milliseconds >= 0 && milliseconds <= Longest.TotalMilliseconds
            ? TimeSpan.FromMilliseconds(milliseconds)
            : null;
}
