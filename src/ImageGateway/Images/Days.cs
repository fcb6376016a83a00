namespace ImageGateway.Images;

/// <summary>Days, which are UTC's everywhere.</summary>
internal static class Days
{
    /// <summary>The day it is.</summary>
    public static DateOnly Today(this TimeProvider time) => DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
}
