using ImageGateway.Images;

namespace ImageGateway.Catalog;

/// <summary>The sizes that a model generates: a list, or any size within bounds.</summary>
internal sealed record SizeRule
{
    /// <summary>The listed sizes; with bounds, only the usual ones.</summary>
    public required IReadOnlyList<ImageSize> List { get; init; }

    /// <summary>True when the model accepts <c>auto</c>.</summary>
    public bool Auto { get; init; }

    /// <summary>The bounds for any other size; null: only the list.</summary>
    public SizeBounds? Bounds { get; init; }

    /// <summary>True when the model generates <paramref name="size"/>.</summary>
    public bool Allows(ImageSize size) => List.Contains(size) || Bounds?.Allow(size) == true;

    /// <summary>The allowed sizes, for an error message.</summary>
    public override string ToString()
    {
        var words = string.Join(", ", List.Select(size => size.ToString()).Concat(Auto ? ["auto"] : []));
        return Bounds is null ? words : $"{words}, or {Bounds}";
    }
}

/// <summary>Bounds of a free size: edges in pixels, total pixels, and the ratio of the longer to the shorter edge.</summary>
internal sealed record SizeBounds(int Multiple, int MaxEdge, int MaxRatio, long MinPixels, long MaxPixels)
{
    public bool Allow(ImageSize size)
    {
        var (shorter, longer) = size.Width < size.Height ? (size.Width, size.Height) : (size.Height, size.Width);
        return size.Width % Multiple == 0 && size.Height % Multiple == 0 && longer <= MaxEdge && longer <= (long)shorter * MaxRatio
            && (long)size.Width * size.Height >= MinPixels && (long)size.Width * size.Height <= MaxPixels;
    }

    /// <summary>Every size within the bounds.</summary>
    public IEnumerable<ImageSize> All()
    {
        for (var width = Multiple; width <= MaxEdge; width += Multiple)
        {
            for (var height = Multiple; height <= MaxEdge; height += Multiple)
            {
                if (Allow(new ImageSize(width, height)))
                    yield return new ImageSize(width, height);
            }
        }
    }

    public override string ToString() =>
        $"WIDTHxHEIGHT with edges that are multiples of {Multiple} up to {MaxEdge}, at most {MaxRatio}:1, {MinPixels} to {MaxPixels} pixels";
}
