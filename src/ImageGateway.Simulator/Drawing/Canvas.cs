using System.Buffers;

namespace ImageGateway.Simulator.Drawing;

/// <summary>A picture in memory: one <see cref="uint"/> a pixel, its bytes in the order R, G, B, A.</summary>
internal sealed class Canvas : IDisposable
{
    private const uint AlphaBits = 0xFF000000;
    private readonly uint[] _pixels;

    public Canvas(int width, int height)
    {
        Width = width;
        Height = height;
        _pixels = ArrayPool<uint>.Shared.Rent(width * height);
        _pixels.AsSpan(0, width * height).Clear();
    }

    public int Width { get; }

    public int Height { get; }

    public Span<uint> Row(int y) => _pixels.AsSpan(y * Width, Width);

    public void Dispose() => ArrayPool<uint>.Shared.Return(_pixels);

    public static uint Mix(uint under, uint over, float share)
    {
        var weight = (uint)(Math.Clamp(share, 0, 1) * 256);
        uint Channel(int shift) =>
            ((under >> shift & 0xFF) * (256 - weight) + (over >> shift & 0xFF) * weight) >> 8;
        return Channel(0) | Channel(8) << 8 | Channel(16) << 16 | AlphaBits;
    }

    public void Rectangle(int left, int top, int width, int height, uint color, float share = 1)
    {
        var right = Math.Min(left + width, Width);
        left = Math.Max(left, 0);
        if (left >= right)
            return;
        for (var y = Math.Max(top, 0); y < Math.Min(top + height, Height); y++)
            Fill(Row(y)[left..right], color, share);
    }

    /// <summary>The part of row <paramref name="y"/> inside a disc; its two border pixels are mixed, so that the edge is smooth.</summary>
    public void DiscRow(int y, float centerX, float centerY, float radius, uint color, float share = 1)
    {
        var dy = y + 0.5f - centerY;
        if (MathF.Abs(dy) >= radius)
            return;
        var half = MathF.Sqrt(radius * radius - dy * dy);
        float left = centerX - half, right = centerX + half;
        int first = (int)MathF.Ceiling(left), last = (int)MathF.Floor(right);
        var row = Row(y);
        if (Math.Max(first, 0) < Math.Min(last, Width))
            Fill(row[Math.Max(first, 0)..Math.Min(last, Width)], color, share);
        Touch(row, first - 1, color, (first - left) * share);
        Touch(row, last, color, (right - last) * share);
    }

    /// <summary>Replaces every square of <paramref name="side"/> pixels by its middle one: the look of an unfinished picture.</summary>
    public void Pixelate(int side)
    {
        for (var top = 0; top < Height; top += side)
        {
            var middle = Row(Math.Min(top + side / 2, Height - 1));
            var coarse = Row(top);
            for (var left = 0; left < Width; left += side)
                coarse[left..Math.Min(left + side, Width)].Fill(middle[Math.Min(left + side / 2, Width - 1)]);
            for (var y = top + 1; y < Math.Min(top + side, Height); y++)
                coarse.CopyTo(Row(y));
        }
    }

    private static void Fill(Span<uint> pixels, uint color, float share)
    {
        if (share >= 1)
        {
            pixels.Fill(color);
            return;
        }

        foreach (ref var pixel in pixels)
            pixel = Mix(pixel, color, share);
    }

    private static void Touch(Span<uint> row, int x, uint color, float share)
    {
        if ((uint)x < (uint)row.Length)
            row[x] = Mix(row[x], color, share);
    }
}
