using ImageGateway.Simulator.Calls;

namespace ImageGateway.Simulator.Requests;

/// <summary>Which members an operation of a model knows; any other is refused by name.</summary>
internal static class KnownParameters
{
    private static readonly string[] Common = ["model", "prompt", "n", "size", "user"];
    private static readonly string[] Gpt = [.. Common, "quality", "background", "output_format", "output_compression", "moderation", "stream", "partial_images"];
    // moderation is undocumented for multipart edits; whether it is refused there is not known, so it is accepted.
    private static readonly string[] GptEdit = [.. Gpt, "input_fidelity", "mask"];
    private static readonly string[] DallE3 = [.. Common, "quality", "response_format", "style"];
    private static readonly string[] DallE2 = [.. Common, "quality", "response_format"];
    private static readonly string[] Files = ["image", "image[]", "mask"];

    public static void Check(RequestBody body, SimulatedModel model, ImageOperation operation)
    {
        var known = For(model, operation);
        var images = operation == ImageOperation.Generation || body.IsMultipart ? null : "images";
        foreach (var name in body.Members.Keys)
        {
            if (!known.Contains(name) && name != images)
                throw ProviderErrors.Unknown(name);
        }

        if (body.IsMultipart && body.Files.FirstOrDefault(file => !Files.Contains(file.Field)) is { } stray)
            throw ProviderErrors.Unknown(stray.Field);
    }

    private static string[] For(SimulatedModel model, ImageOperation operation) => model switch
    {
        { IsGpt: true } => operation == ImageOperation.Edit ? GptEdit : Gpt,
        { MaxImages: 1 } => DallE3,
        _ => DallE2,
    };
}
