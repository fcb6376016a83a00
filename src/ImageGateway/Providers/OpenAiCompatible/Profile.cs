using System.Collections.Frozen;
using System.Globalization;
using ImageGateway.Configuration;
using ImageGateway.Images;

namespace ImageGateway.Providers.OpenAiCompatible;

/// <summary>
/// Turns a job's parameters into a provider's: the size in its form, its word for base64, and nothing it does not take as
/// long as that changes no meaning. What does change it is sent, for the provider to refuse. Immutable.
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
        here.Unless(options.SizeAs is "size" or "width-height" or "aspect-ratio", nameof(options.SizeAs), $"'{options.SizeAs}' is none of size, width-height, aspect-ratio");
        here.Unless(options.Ratios.Count == 0 || options.SizeAs == "aspect-ratio", nameof(options.Ratios), "only a profile with SizeAs aspect-ratio has ratios");
        for (var i = 0; i < options.Takes.Count; i++)
        {
            var name = options.Takes[i];
            here.At(nameof(options.Takes)).Unless(Always.Contains(name) || Optional.Contains(name), $"{i}", $"'{name}' is none of {string.Join(", ", Optional)}; what the gateway does not know is passed on anyway");
        }
        return new Profile(options, AspectRatios.Read(options.Ratios, here.At(nameof(options.Ratios))));
    }

    /// <summary>All changes to the request's parameters, those of the attempt included.</summary>
    public List<ParameterEdit> Edits(Attempt attempt)
    {
        var edits = new List<ParameterEdit>(attempt.Edits);
        ChangeSize(edits, Value(attempt, "size", attempt.Job.Parameters.Size));
        if (Value(attempt, "response_format", attempt.Job.Parameters.ResponseFormat) == "b64_json")
            Change(edits, "response_format", _base64.Length == 0 ? null : _base64);
        foreach (var name in _dropped)
        {
            if (IsWithoutMeaning(attempt, name))
                Change(edits, name, null);
        }
        return edits;
    }

    private void ChangeSize(List<ParameterEdit> edits, string? size)
    {
        if (_sizeAs == "size")
            return;
        Change(edits, "size", null);
        // An absent size, like auto, leaves it to the provider.
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

    private static bool IsWithoutMeaning(Attempt attempt, string name)
    {
        var asked = attempt.Job.Parameters;
        return name switch
        {
            "quality" => Value(attempt, name, asked.Quality) is var quality && (quality is null or "auto" || quality == attempt.Model.DefaultQuality),
            "background" => Value(attempt, name, asked.Background) is null or "auto" or "opaque",
            "output_format" => Value(attempt, name, asked.OutputFormat) is null or "png",
            "input_fidelity" => Value(attempt, name, asked.InputFidelity) is null or "low",
            "stream" or "partial_images" => !asked.Stream,
            _ => true,
        };
    }

    // What is sent for a parameter: an edit's word, else the request's.
    private static string? Value(Attempt attempt, string name, string? asked)
    {
        foreach (var edit in attempt.Edits)
        {
            if (edit.Name == name)
                return edit.Value;
        }
        return asked;
    }

    private static void Change(List<ParameterEdit> edits, string name, string? value, bool isText = true)
    {
        edits.RemoveAll(edit => edit.Name == name);
        edits.Add(new ParameterEdit(name, value, isText));
    }
}
