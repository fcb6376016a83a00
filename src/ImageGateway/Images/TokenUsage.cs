namespace ImageGateway.Images;

/// <summary>
/// The usage that a provider reports, in tokens. Text and image tokens are separate because their prices differ; the cached
/// counts are included in <see cref="TextInput"/> and <see cref="ImageInput"/>.
/// </summary>
internal readonly record struct TokenUsage(
    long TextInput, long ImageInput, long CachedTextInput, long CachedImageInput, long ImageOutput, long TextOutput)
{
    /// <summary>All tokens, in and out.</summary>
    public long Total => TextInput + ImageInput + ImageOutput + TextOutput;

    /// <summary>The usage in OpenAI's wire format.</summary>
    public string ToJson() =>
        $"{{\"input_tokens\":{TextInput + ImageInput},\"input_tokens_details\":{{\"text_tokens\":{TextInput},\"image_tokens\":{ImageInput}}},"
        + $"\"output_tokens\":{ImageOutput + TextOutput},\"output_tokens_details\":{{\"image_tokens\":{ImageOutput},\"text_tokens\":{TextOutput}}},\"total_tokens\":{Total}}}";

    /// <summary>The share of one of <paramref name="count"/> images; all shares add up to the whole.</summary>
    public TokenUsage Share(int index, int count)
    {
        return new(Of(TextInput), Of(ImageInput), Of(CachedTextInput), Of(CachedImageInput), Of(ImageOutput), Of(TextOutput));

        long Of(long tokens) => (tokens / count) + (index < tokens % count ? 1 : 0);
    }

    public static TokenUsage operator -(TokenUsage a, TokenUsage b) => new(
        a.TextInput - b.TextInput, a.ImageInput - b.ImageInput,
        a.CachedTextInput - b.CachedTextInput, a.CachedImageInput - b.CachedImageInput,
        a.ImageOutput - b.ImageOutput, a.TextOutput - b.TextOutput);

    public static TokenUsage operator +(TokenUsage a, TokenUsage b) => new(
        a.TextInput + b.TextInput, a.ImageInput + b.ImageInput,
        a.CachedTextInput + b.CachedTextInput, a.CachedImageInput + b.CachedImageInput,
        a.ImageOutput + b.ImageOutput, a.TextOutput + b.TextOutput);
}
