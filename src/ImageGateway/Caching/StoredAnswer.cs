namespace ImageGateway.Caching;

/// <summary>
/// An image of a stored response. <paramref name="Bytes"/> is empty when the response had a URL instead, which is then among
/// the members.
/// </summary>
/// <param name="Bytes">The image file, decoded.</param>
/// <param name="Members">The other members of its item or event, as JSON between the braces; not <c>type</c> of an event.</param>
/// <param name="Index">For a partial image: how many final images came before it.</param>
internal sealed record StoredPicture(PictureBytes Bytes, string Members, int Index = 0);

/// <summary>A complete, successful response: its decoded images and all other members. Immutable.</summary>
internal sealed record StoredAnswer
{
    /// <summary>True when it came as events: then <see cref="Members"/> is empty and each image has the members of its event.</summary>
    public required bool IsStream { get; init; }

    /// <summary>The members of a JSON response except <c>data</c>, as JSON between the braces.</summary>
    public string Members { get; init; } = "";

    /// <summary>The final images, in order; at least one.</summary>
    public required IReadOnlyList<StoredPicture> Pictures { get; init; }

    /// <summary>The partial images of a stream, in order.</summary>
    public IReadOnlyList<StoredPicture> Partials { get; init; } = [];

    /// <summary>The model of the catalogue that generated it, with the resolved size and quality.</summary>
    public string Model { get; init; } = "";
    public string? Size { get; init; }
    public string? Quality { get; init; }

    /// <summary>True when a simulator answered.</summary>
    public bool IsSimulated { get; init; }

    /// <summary>Its cost in nano-USD, which each replay avoids.</summary>
    public long NanoUsd { get; init; }

    /// <summary>When it was stored.</summary>
    public DateTimeOffset StoredAt { get; init; }

    /// <summary>True when an image is only a URL at the provider, which will expire.</summary>
    public bool HasAddresses => Pictures.Any(picture => picture.Bytes.IsEmpty);

    /// <summary>Approximate bytes of storing it.</summary>
    public long Bytes => Sum(Pictures) + Sum(Partials) + (2 * Members.Length) + 256;

    /// <summary>Holds its images (<see cref="PictureBytes"/>).</summary>
    public void Retain()
    {
        foreach (var picture in Pictures.Concat(Partials))
            picture.Bytes.Retain();
    }

    /// <summary>Releases its images, which were held.</summary>
    public void Release()
    {
        foreach (var picture in Pictures.Concat(Partials))
            picture.Bytes.Release();
    }

    private static long Sum(IReadOnlyList<StoredPicture> pictures)
    {
        var sum = 0L;
        foreach (var picture in pictures)
            sum += picture.Bytes.Length + (2 * picture.Members.Length) + 128;
        return sum;
    }
}
