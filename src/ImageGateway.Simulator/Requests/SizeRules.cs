using System.Globalization;

namespace ImageGateway.Simulator.Requests;

/// <summary>Sizes a model draws.</summary>
internal static class SizeRules
{
    private const int LongestEdge = 3840;
    private const int Step = 16;
    private const int MostElongated = 3;
    private const int FewestPixels = 655_360;
    private const int MostPixels = 8_294_400;

    /// <summary>Absent and <c>auto</c> become 1024x1024.</summary>
    public static (int Width, int Height) Resolve(SimulatedModel model, string? size)
    {
        if (size is null || (size == "auto" && model.IsGpt))
            return (1024, 1024);
        if (!TryParse(size, out var width, out var height) || (!model.AnySize && !model.Sizes.Contains(size)))
            throw ProviderErrors.UserError("invalid_value", "size", $"Invalid size '{size}'. Supported sizes are {List(model)}.");
        if (model.AnySize && Objection(width, height) is { } objection)
            throw ProviderErrors.UserError("invalid_value", "size", $"Invalid size '{size}'. {objection}");
        return (width, height);
    }

    private static string? Objection(int width, int height)
    {
        if (Math.Max(width, height) > LongestEdge)
            return $"The longest edge must be less than or equal to {LongestEdge}.";
        if (width % Step != 0 || height % Step != 0)
            return $"Width and height must both be divisible by {Step}.";
        if (Math.Max(width, height) > MostElongated * Math.Min(width, height))
            return $"The aspect ratio must not exceed {MostElongated}:1.";
        return width * height is < FewestPixels or > MostPixels
            ? $"The total number of pixels must be between {FewestPixels} and {MostPixels}."
            : null;
    }

    private static string List(SimulatedModel model) =>
        model.IsGpt
            ? $"{string.Join(", ", model.Sizes)}, and auto"
            : $"{string.Join(", ", model.Sizes[..^1])}, and {model.Sizes[^1]}";

    private static bool TryParse(string size, out int width, out int height)
    {
        height = 0;
        var parts = size.Split('x');
        return int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out width)
            && parts.Length == 2
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out height)
            && width > 0 && height > 0;
    }
}
