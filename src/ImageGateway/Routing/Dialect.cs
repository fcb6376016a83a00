using ImageGateway.Catalog;
using ImageGateway.Images;
using ImageGateway.Providers;

namespace ImageGateway.Routing;

/// <summary>A job's parameters as a model accepts them, the edits that lead there, and the adjustments reported to the client.</summary>
internal sealed class Dialect
{
    private readonly List<ParameterChange> _edits = new(4);
    private readonly List<Adjustment> _adjustments;
    private readonly ImageParameters _asked;

    private Dialect(ImageParameters asked, IReadOnlyList<Adjustment> before) => (_asked, Sent, _adjustments) = (asked, asked, [.. before]);

    /// <summary>The parameters that are sent.</summary>
    public ImageParameters Sent { get; private set; }

    /// <summary>The changes to the request body.</summary>
    public IReadOnlyList<ParameterChange> Edits => _edits;

    /// <summary>The differences from what was requested.</summary>
    public IReadOnlyList<Adjustment> Adjustments => _adjustments;

    /// <summary>
    /// Translates to <paramref name="model"/>'s dialect: (1) the route's defaults, (2) words and sizes, (3) ceilings, (4)
    /// drops, members that are null among them, (5) the response format.
    /// </summary>
    /// <param name="job">The job as requested.</param>
    /// <param name="model">The model it goes to.</param>
    /// <param name="route">The route, for defaults and ceilings.</param>
    /// <param name="askedByName">True when the request named the model.</param>
    /// <param name="before">Adjustments that apply to every target.</param>
    public static Dialect Of(ImageJob job, Model model, RoutePolicy route, bool askedByName, IReadOnlyList<Adjustment> before)
    {
        var dialect = new Dialect(job.Parameters, before);
        dialect.FillIn(route.Defaults, job.Operation == Operation.Variation); // 1
        dialect.Translate(model, job.Operation == Operation.Variation); // 2
        dialect.Lower(model, route, job.Parameters.Quality is not null); // 3
        dialect.Drop(model); // 4
        if (job.Body is JsonBody body)
            dialect.DropNulls(body, model);
        dialect.Answer(model, askedByName); // 5
        return dialect;
    }

    /// <summary>The same for a provider whose API lacks some of the parameters: the client is told; the provider's code omits them.</summary>
    public Dialect At(IImageProvider provider, Model model)
    {
        var unsaid = provider.Unsaid(Sent, model);
        if (unsaid.Count == 0)
            return this;
        var there = new Dialect(_asked, _adjustments) { Sent = Sent };
        there._edits.AddRange(_edits);
        foreach (var edit in unsaid)
        {
            // Nothing is reported for a parameter that was not requested.
            if (_asked.Value(edit.Name) is not null || _adjustments.Exists(adjustment => adjustment.Name == edit.Name))
                there.Report(edit.Name, Sent.Value(edit.Name) ?? "", edit.Value);
        }
        return there;
    }

    private void FillIn(IReadOnlyList<KeyValuePair<string, string>> defaults, bool isVariation)
    {
        foreach (var (name, value) in defaults)
        {
            // Variations have none of these parameters except size.
            if (Sent.Value(name) is not null || (isVariation && name != "size") || !Suits(name, value))
                continue;
            Sent = DefaultParameters.With(Sent, name, value);
            Change(name, "", value);
        }
    }

    // What goes with no other format must not spoil a request that was right without it.
    private bool Suits(string name, string value) => (name, value) switch
    {
        ("output_format", "jpeg") => Sent.Background != "transparent",
        ("background", "transparent") => Sent.OutputFormat != "jpeg",
        ("output_compression", _) => Sent.OutputFormat is "jpeg" or "webp",
        _ => true,
    };

    private void Translate(Model model, bool isVariation)
    {
        if (Sent.Quality is { } quality && Translation.Quality(quality, model) is var word && word != quality)
            Sent = Changed("quality", quality, word, Sent with { Quality = word });
        if (Sent.Size is { } size && Translation.Size(size, model) is var pair && pair != size)
            Sent = Changed("size", size, pair, Sent with { Size = pair });
        if (Sent.Size == "auto" && !model.Sizes.Auto)
            Sent = Changed("size", "auto", null, Sent with { Size = null });
        // Sent explicitly, so that the price is known before the call: providers differ in their defaults. It is not an
        // adjustment, and variations have no such parameter.
        if (Sent.Quality is null && !isVariation)
            Set("quality", model.DefaultQuality, Sent with { Quality = model.DefaultQuality });
    }

    // A quality that was not requested is no reason to refuse.
    private void Lower(Model model, RoutePolicy route, bool asksQuality)
    {
        var lowers = route.OnCeiling == CeilingAction.Lower;
        if ((lowers || !asksQuality) && Ceiling.Quality(Sent.Quality, route.MaxQuality, model) is { } lower)
            Sent = Changed("quality", Sent.Quality!, lower, Sent with { Quality = lower });
        if (lowers && Sent.Count > route.MaxN)
            Sent = Changed("n", $"{Sent.Count}", $"{route.MaxN}", Sent with { N = route.MaxN });
    }

    private void Drop(Model model)
    {
        foreach (var name in DefaultParameters.WithoutMeaning)
        {
            if (Sent.Value(name) is { } value && !model.Takes.Contains(name))
                Sent = Changed(name, value, null, DefaultParameters.With(Sent, name, null));
        }
        if (Sent.Background is "auto" or "opaque" && model.Backgrounds.Count == 0)
            Sent = Changed("background", Sent.Background, null, Sent with { Background = null });
        if (Sent.OutputFormat == "png" && model.Formats.Count == 0)
            Sent = Changed("output_format", "png", null, Sent with { OutputFormat = null });
        if (Sent.InputFidelity == "low" && model.Fidelities.Count == 0)
            Sent = Changed("input_fidelity", "low", null, Sent with { InputFidelity = null });
        if (!Sent.Stream && !model.Stream)
        {
            _edits.Add(new ParameterChange("stream", null));
            _edits.Add(new ParameterChange("partial_images", null));
            if (Sent.PartialImages is { } partial)
                Report("partial_images", $"{partial}", null);
        }
    }

    // null is as good as absent here; a model without the parameter would refuse its name. Few requests have any.
    private void DropNulls(JsonBody body, Model model)
    {
        foreach (var member in body.Members)
        {
            if (body.Value(member).SequenceEqual("null"u8) && IsWithout(model, member.Name))
                Edit(member.Name, null);
        }
    }

    private static bool IsWithout(Model model, string name) => name switch
    {
        "background" => model.Backgrounds.Count == 0,
        "output_format" => model.Formats.Count == 0,
        "input_fidelity" => model.Fidelities.Count == 0,
        _ => DefaultParameters.WithoutMeaning.Contains(name) && !model.Takes.Contains(name),
    };

    private void Answer(Model model, bool askedByName)
    {
        // If the model cannot return URLs, the gateway hosts the image: the client gets what it requested.
        if (Sent.ResponseFormat == "url" && !model.ResponseFormats.Contains("url"))
            Sent = Sent with { ResponseFormat = null };
        if (model.ResponseFormats.Count == 0)
            LeaveOutBase64();
        else if (Sent.ResponseFormat is null && !(askedByName && model.ResponseFormats[0] == "url"))
            AskFor(model.HasAddressesOnly ? "url" : "b64_json");
        else if (Sent.ResponseFormat == "b64_json" && model.HasAddressesOnly)
            AskFor("url"); // the gateway fetches the image for base64; Fitness ensures that it can
    }

    private void LeaveOutBase64()
    {
        if (Sent.ResponseFormat == "b64_json")
            Sent = Changed("response_format", "b64_json", null, Sent with { ResponseFormat = null });
        else if (Sent.ResponseFormat is null)
            _edits.Add(new ParameterChange("response_format", null)); // null means absent here, but not to the provider
    }

    private void AskFor(string form) => Set("response_format", form, Sent with { ResponseFormat = form });

    private ImageParameters Changed(string name, string from, string? to, ImageParameters sent)
    {
        Change(name, from, to);
        return sent;
    }

    private void Set(string name, string value, ImageParameters sent)
    {
        Edit(name, value);
        Sent = sent;
    }

    private void Change(string name, string from, string? to)
    {
        Edit(name, to);
        Report(name, from, to);
    }

    private void Report(string name, string from, string? to)
    {
        // A parameter that changes twice (translated, then lowered) is reported once.
        var earlier = _adjustments.FindIndex(adjustment => adjustment.Name == name);
        if (earlier < 0)
            _adjustments.Add(new Adjustment(name, from, to ?? ""));
        else if (to is null && _adjustments[earlier].From.Length == 0)
            _adjustments.RemoveAt(earlier); // filled in and dropped here: the client never saw it
        else
            _adjustments[earlier] = _adjustments[earlier] with { To = to ?? "" };
    }

    private void Edit(string name, string? value)
    {
        var edit = new ParameterChange(name, value, IsText: name is not ("n" or "output_compression"));
        for (var i = 0; i < _edits.Count; i++)
        {
            if (_edits[i].Name == name)
            {
                _edits[i] = edit;
                return;
            }
        }
        _edits.Add(edit);
    }
}
