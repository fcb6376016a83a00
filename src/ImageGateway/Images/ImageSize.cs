using System.Globalization;

namespace ImageGateway.Images;

/// <summary>An image size in pixels, written <c>WIDTHxHEIGHT</c>.</summary>
internal readonly record struct ImageSize(int Width, int Height)
{
    /// <summary>Reads <c>WIDTHxHEIGHT</c>: digits only, each edge 1 to 99 999.</summary>
    public static bool TryParse(string? text, out ImageSize size)
    {
        size = default;
        var cross = text?.IndexOf('x', StringComparison.Ordinal) ?? -1;
        if (cross < 1 || !TryEdge(text.AsSpan(0, cross), out var width) || !TryEdge(text.AsSpan(cross + 1), out var height))
            return false;
        size = new ImageSize(width, height);
        return true;
    }

    public override string ToString() => $"{Width}x{Height}";

    private static bool TryEdge(ReadOnlySpan<char> text, out int edge) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out edge) && edge is > 0 and < 100_000 && text[0] != '0'
        // The framework's parser accepts trailing NULs.
        && text[^1] != '\0';
}
