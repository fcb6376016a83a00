using System.Collections.Frozen;
using System.Globalization;
using ImageGateway.Catalog;
using ImageGateway.Configuration;
using ImageGateway.Images;

namespace ImageGateway.Providers.OpenAiCompatible;

/// <summary>
/// Translates a job's parameters for a provider: the size in its format, its value for base64, and without parameters that it
/// does not accept, as long as that changes no meaning. Others are sent, for the provider to reject. Immutable.
/// </summary>
internal sealed class Profile
{
    private static readonly FrozenSet<string> Always = ["model", "prompt", "n"];

    private static readonly string[] Optional =
        ["quality", "background", "output_format", "output_compression", "moderation", "style", "user", "input_fidelity", "stream", "partial_images"];

    private readonly string _base64;
    private readonly string _sizeAs;
    private readonly AspectRatios _ratios;
    private readonly string[] _dropped;

    private Profile(ProfileOptions options, AspectRatios ratios)
    {
        (_base64, _sizeAs, _ratios) = (options.Base64Format, options.SizeAs, ratios);
        _dropped = options.Takes.Count == 0 ? [] : [.. Optional.Except(options.Takes)];
    }

    /// <summary>Reads the options; mistakes are reported.</summary>
    public static Profile Read(ProfileOptions options, Mistakes here)
    {
        here.Unless(options.SizeAs is "size" or "width-height" or "aspect-ratio", nameof(options.SizeAs), $"'{options.SizeAs}' is not one of size, width-height, aspect-ratio");
        here.Unless(options.Ratios.Count == 0 || options.SizeAs == "aspect-ratio", nameof(options.Ratios), "only a profile with SizeAs aspect-ratio has ratios");
        for (var i = 0; i < options.Takes.Count; i++)
        {
            var name = options.Takes[i];
            here.At(nameof(options.Takes)).Unless(Always.Contains(name) || Optional.Contains(name), $"{i}", $"'{name}' is not one of {string.Join(", ", Optional)}; parameters that the gateway does not know are passed on anyway");
        }
        return new Profile(options, AspectRatios.Read(options.Ratios, here.At(nameof(options.Ratios))));
    }

    /// <summary>All changes to the request's parameters, including the attempt's.</summary>
    public List<ParameterChange> Edits(Attempt attempt)
    {
        var edits = new List<ParameterChange>(attempt.Edits);
        var sent = Sent(attempt);
        ChangeSize(edits, sent.Size);
        if (sent.ResponseFormat == "b64_json")
            Change(edits, "response_format", _base64.Length == 0 ? null : _base64);
        foreach (var name in _dropped)
        {
            if (IsWithoutMeaning(name, sent, attempt.Model))
                Change(edits, name, null);
        }
        return edits;
    }

    /// <summary>The parameters that are omitted, or sent with another value.</summary>
    public IReadOnlyList<ParameterChange> Unsaid(ImageParameters sent, Model model)
    {
        var unsaid = new List<ParameterChange>(0);
        if (_sizeAs != "size" && sent.Size is { } size && SizeSaid(size) is var said && said != size)
            unsaid.Add(new ParameterChange("size", said));
        if (_base64.Length == 0 && sent.ResponseFormat == "b64_json")
            unsaid.Add(new ParameterChange("response_format", null));
        foreach (var name in _dropped)
        {
            // Without a stream, stream parameters mean nothing.
            if (name is not ("stream" or "partial_images") && sent.Value(name) is not null && IsWithoutMeaning(name, sent, model))
                unsaid.Add(new ParameterChange(name, null));
        }
        return unsaid;
    }

    private void ChangeSize(List<ParameterChange> edits, string? size)
    {
        if (_sizeAs == "size")
            return;
        Change(edits, "size", null);
        // An absent size, like auto, leaves the choice to the provider.
        if (!ImageSize.TryParse(size, out var pixels))
            return;
        if (_sizeAs == "width-height")
        {
            Change(edits, "width", pixels.Width.ToString(CultureInfo.InvariantCulture), isText: false);
            Change(edits, "height", pixels.Height.ToString(CultureInfo.InvariantCulture), isText: false);
            return;
        }
        var nearest = _ratios.Nearest(pixels);
        Change(edits, "aspect_ratio", nearest.Ratio);
        if (nearest.Resolution is { } resolution)
            Change(edits, "resolution", resolution);
    }

    // The size that the sent form represents.
    private string? SizeSaid(string size) =>
        !ImageSize.TryParse(size, out var pixels) ? null
        : _sizeAs == "width-height" ? size
        : _ratios.Nearest(pixels).Size.ToString();

    private static bool IsWithoutMeaning(string name, ImageParameters sent, Model model) => name switch
    {
        "quality" => sent.Quality is null or "auto" || sent.Quality == model.DefaultQuality,
        "background" => sent.Background is null or "auto" or "opaque",
        "output_format" => sent.OutputFormat is null or "png",
        "input_fidelity" => sent.InputFidelity is null or "low",
        "stream" or "partial_images" => !sent.Stream,
        _ => true,
    };

    // The request's values, or those the attempt changes them to.
    private static ImageParameters Sent(Attempt attempt)
    {
        var sent = attempt.Job.Parameters;
        foreach (var edit in attempt.Edits)
        {
            sent = edit.Name switch
            {
                "size" => sent with { Size = edit.Value },
                "response_format" => sent with { ResponseFormat = edit.Value },
                "quality" => sent with { Quality = edit.Value },
                "background" => sent with { Background = edit.Value },
                "output_format" => sent with { OutputFormat = edit.Value },
                "input_fidelity" => sent with { InputFidelity = edit.Value },
                _ => sent,
            };
        }
        return sent;
    }

    private static void Change(List<ParameterChange> edits, string name, string? value, bool isText = true)
    {
        edits.RemoveAll(edit => edit.Name == name);
        edits.Add(new ParameterChange(name, value, isText));
    }
}
