namespace ImageGateway.Simulator.Drawing;

/// <summary>The colours of one scene: an evening sky of two neighbouring hues, a light sun, hills from haze to dark.</summary>
internal sealed class Palette
{
    public const uint White = 0xFFFFFFFF;
    public const uint Black = 0xFF000000;

    public Palette(ReadOnlySpan<byte> seed)
    {
        // From blue over violet to orange; greens and yellows turn muddy when dark.
        var hue = 0.5f + 0.57f * seed[0] / 255;
        // Neighbouring hues always agree; which neighbour is the seed's choice.
        var turn = (seed[1] & 1) == 0 ? 0.11f : -0.11f;
        Zenith = FromHsl(hue, 0.62f, 0.24f);
        Horizon = FromHsl(hue + turn, 0.66f, 0.62f);
        Sun = FromHsl(hue + turn * 1.5f, 0.9f, 0.86f);
        Haze = FromHsl(hue + turn / 2, 0.42f, 0.46f);
        Near = FromHsl(hue, 0.5f, 0.13f);
    }

    public uint Zenith { get; }

    public uint Horizon { get; }

    public uint Sun { get; }

    public uint Haze { get; }

    public uint Near { get; }

    /// <summary>Hue in turns (any number), saturation and lightness 0–1.</summary>
    public static uint FromHsl(float hue, float saturation, float lightness)
    {
        hue = (hue - MathF.Floor(hue)) * 12;
        var chroma = saturation * MathF.Min(lightness, 1 - lightness);
        uint Channel(int offset)
        {
            var k = (offset + hue) % 12;
            return (uint)MathF.Round(255 * (lightness - chroma * MathF.Max(-1, MathF.Min(MathF.Min(k - 3, 9 - k), 1))));
        }

        return Channel(0) | Channel(8) << 8 | Channel(4) << 16 | Black;
    }
}
